#include "core/eval/eval_verdicts.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/eval/statistics.h"

namespace reelquery {

namespace {

using Key = std::pair<std::string, std::string>;  // mode, question

// By how much less than a mode a control may keep and still be held against it.
constexpr double kSameDensity = 0.01;

double densityOf(const EvalRequest& request, const std::map<Key, const EvalRecord*>& records,
                 const std::string& length, const std::string& mode) {
    std::vector<double> densities;
    for (const EvalQuestion& question : request.suite.questions) {
        if (length != "all" && question.length != length) continue;
        const auto found = records.find({mode, question.id});
        if (found == records.end() || !found->second->answered()) continue;
        if (found->second->isFresh()) densities.push_back(found->second->density);
    }
    return densities.empty() ? 1 : meanOf(densities);
}

using Pair = std::pair<const EvalRecord*, const EvalRecord*>;  // dense, mode

/// Questions that both modes answered, by films.
std::vector<std::vector<Pair>> filmsOf(const EvalRequest& request,
                                       const std::map<Key, const EvalRecord*>& records,
                                       const std::string& length, const std::string& mode) {
    std::map<std::string, std::vector<Pair>> films;
    for (const EvalQuestion& question : request.suite.questions) {
        if (length != "all" && question.length != length) continue;
        const auto dense = records.find({request.modes.front().name, question.id});
        const auto other = records.find({mode, question.id});
        if (dense == records.end() || other == records.end()) continue;
        if (!dense->second->answered() || !other->second->answered()) continue;
        films[clusterOf(question)].emplace_back(dense->second, other->second);
    }
    std::vector<std::vector<Pair>> pairs;
    for (auto& [film, asked] : films) pairs.push_back(std::move(asked));
    return pairs;
}

PairedDifference pairedDifferenceOf(const std::vector<std::vector<Pair>>& films, bool isGraded) {
    std::vector<FilmPairs> counts;
    std::vector<FilmDifferences> differences;
    for (const std::vector<Pair>& film : films) {
        FilmPairs& count = counts.emplace_back();
        FilmDifferences& scores = differences.emplace_back();
        for (const auto& [dense, other] : film) {
            scores.push_back(other->score - dense->score);
            if (dense->right == other->right)
                ++count.same;
            else
                ++(dense->right ? count.onlyFirst : count.onlySecond);
        }
    }
    return isGraded ? compareScores(differences) : comparePairs(counts);
}

std::optional<ClusteredMean> divergenceOf(const std::vector<std::vector<Pair>>& films) {
    std::vector<std::vector<double>> figures;
    for (const std::vector<Pair>& film : films) {
        std::vector<double>& known = figures.emplace_back();
        for (const auto& [dense, other] : film)
            if (other->firstTokenKl) known.push_back(*other->firstTokenKl);
    }
    ClusteredMean found = clusteredMean(figures);
    found.lower = std::max(0.0, found.lower);  // as no divergence is below
    return found.figures > 0 ? std::optional(found) : std::nullopt;
}

}  // namespace

std::vector<EvalVerdict> verdictsOf(const EvalRequest& request, const EvalOutcome& outcome) {
    if (request.modes.size() < 2 || request.modes.front().name != "dense") return {};
    std::map<Key, const EvalRecord*> records;
    for (const EvalRecord& record : outcome.records) records[{record.mode, record.id}] = &record;
    std::vector<std::string> lengths;
    for (const EvalQuestion& question : request.suite.questions)
        if (std::find(lengths.begin(), lengths.end(), question.length) == lengths.end())
            lengths.push_back(question.length);
    if (lengths.size() == 1) lengths.clear();  // it would say the same twice
    lengths.emplace_back("all");
    std::vector<EvalVerdict> verdicts;
    for (const std::string& length : lengths) {
        for (const EvalMode& mode : request.modes) {
            if (&mode == &request.modes.front()) continue;
            const auto films = filmsOf(request, records, length, mode.name);
            EvalVerdict one{length,
                            mode.name,
                            mode.isControl,
                            pairedDifferenceOf(films, request.suite.isGraded()),
                            densityOf(request, records, length, mode.name),
                            {},
                            divergenceOf(films)};
            if (one.found.questions == 0) continue;
            if (request.margin) one.verdict = verdictOn(one.found, *request.margin);
            verdicts.push_back(std::move(one));
        }
    }
    return verdicts;
}

std::vector<EvalChoice> choicesOf(const std::vector<EvalVerdict>& verdicts) {
    std::vector<EvalChoice> choices;
    for (const EvalVerdict& method : verdicts) {
        if (method.isControl || method.verdict != Verdict::kNotInferior) continue;
        std::string passing, others;
        bool allFail = true, isFair = false;
        for (const EvalVerdict& control : verdicts) {
            if (!control.isControl || control.length != method.length) continue;
            std::string& list = control.verdict == Verdict::kNotInferior ? passing : others;
            list += (list.empty() ? "" : ", ") + control.mode;
            allFail = allFail && control.verdict == Verdict::kInferior;
            isFair = isFair || control.density >= method.density - kSameDensity;
        }
        EvalChoice choice{method.length, method.mode, passing.empty() ? others : passing, {}};
        if (!passing.empty())
            choice.finding = ChoiceFinding::kNothing;
        else if (others.empty())
            choice.finding = ChoiceFinding::kNoControl;
        else
            choice.finding = !allFail ? ChoiceFinding::kUndecided
                             : isFair ? ChoiceFinding::kShown
                                      : ChoiceFinding::kUnfair;
        choices.push_back(std::move(choice));
    }
    return choices;
}

std::string choiceText(const EvalChoice& choice) {
    const std::string where =
        choice.mode + (choice.length == "all" ? "" : ", " + choice.length) + ": ";
    switch (choice.finding) {
        case ChoiceFinding::kNothing:
            return where + choice.controls +
                   " passes as well. This result shows nothing about the choice of blocks.";
        case ChoiceFinding::kShown:
            return where + choice.controls +
                   " fails, as a control must. The result speaks for the choice of blocks.";
        case ChoiceFinding::kUnfair:
            return where + choice.controls +
                   " fails, but with fewer blocks. Nothing is shown about the choice of blocks: a "
                   "control must keep as many.";
        case ChoiceFinding::kUndecided:
            return where + choice.controls +
                   " neither passes nor fails. Nothing is shown about the choice of blocks so far.";
        case ChoiceFinding::kNoControl:
            break;
    }
    return where + "no control ran (--control). Nothing is shown about the choice of blocks.";
}

std::string nameOf(Verdict verdict) {
    switch (verdict) {
        case Verdict::kNotInferior:
            return "not inferior";
        case Verdict::kInferior:
            return "inferior";
        case Verdict::kUndecided:
            break;
    }
    return "undecided";
}

}  // namespace reelquery
