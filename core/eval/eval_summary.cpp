#include "core/eval/eval_summary.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace reelquery {

namespace {

using Key = std::pair<std::string, std::string>;  // mode, question
using Asked = std::pair<const EvalQuestion*, const EvalRecord*>;

/// The records of a run beside their questions.
class Book {
  public:
    Book(const EvalRequest& request, const EvalOutcome& outcome)
        : questions_(request.suite.questions) {
        for (const EvalRecord& record : outcome.records)
            records_[{record.mode, record.id}] = &record;
    }

    /// Questions of a task ("" for all) and length ("*" for all) asked in a mode.
    std::vector<Asked> asked(const std::string& task, const std::string& length,
                             const std::string& mode) const {
        std::vector<Asked> found;
        for (const EvalQuestion& question : questions_) {
            if (!task.empty() && question.task != task) continue;
            if (length != "*" && question.length != length) continue;
            if (const EvalRecord* record = find(question, mode))
                found.emplace_back(&question, record);
        }
        return found;
    }

    const EvalRecord* find(const EvalQuestion& question, const std::string& mode) const {
        const auto found = records_.find({mode, question.id});
        return found == records_.end() ? nullptr : found->second;
    }

    /// Values of a field in the order of their first question.
    std::vector<std::string> valuesOf(std::string EvalQuestion::*field) const {
        std::vector<std::string> values;
        for (const EvalQuestion& question : questions_) {
            if (std::find(values.begin(), values.end(), question.*field) == values.end()) {
                values.push_back(question.*field);
            }
        }
        return values;
    }

    const std::vector<EvalQuestion>& questions() const { return questions_; }

  private:
    const std::vector<EvalQuestion>& questions_;
    std::map<Key, const EvalRecord*> records_;
};

EvalRow rowOf(const std::vector<Asked>& asked, std::string task, std::string length,
              std::string mode, bool isGraded) {
    EvalRow row;
    row.task = std::move(task);
    row.length = std::move(length);
    row.mode = std::move(mode);
    std::vector<double> tokens, promptTokens, scores, densities, firstTokens, reusedFirstTokens;
    std::vector<double> attention, selection;
    std::map<std::string, std::vector<double>> scoresOfFilms;
    for (const auto& [question, record] : asked) {
        if (!record->answered()) {
            ++row.failed;
            continue;
        }
        ++row.total;
        row.correct += record->right;
        scores.push_back(record->score);
        scoresOfFilms[clusterOf(*question)].push_back(record->score);
        tokens.push_back(static_cast<double>(record->videoTokens));
        promptTokens.push_back(static_cast<double>(record->promptTokens));
        if (record->isFresh()) {
            densities.push_back(record->density);
            attention.push_back(record->attentionS);
            selection.push_back(record->selectionS);
        }
        (record->isFresh() ? firstTokens : reusedFirstTokens).push_back(record->firstTokenS);
        if (record->right && record->evidenceHit) {
            ++row.evidenceOf;
            row.evidenceHits += *record->evidenceHit;
        }
    }
    row.interval = wilson(row.correct, row.total);
    row.score = meanOf(scores);
    if (isGraded) {
        std::vector<std::vector<double>> films;
        for (auto& [film, figures] : scoresOfFilms) films.push_back(std::move(figures));
        row.scores = clusteredMean(films);
        const Interval least = wilsonOfMean(row.score, row.total);
        row.scores->lower = std::max(0.0, std::min(row.scores->lower, least.low));
        row.scores->upper = std::min(1.0, std::max(row.scores->upper, least.high));
    }
    row.videoTokens = static_cast<std::int64_t>(medianOf(tokens));
    row.promptTokens = static_cast<std::int64_t>(medianOf(promptTokens));
    row.attentionS = medianOf(attention);
    row.selectionS = medianOf(selection);
    row.fresh = static_cast<int>(firstTokens.size());
    row.reused = static_cast<int>(reusedFirstTokens.size());
    row.density = meanOf(densities);
    row.firstTokenS = medianOf(firstTokens);
    row.reusedFirstTokenS = medianOf(reusedFirstTokens);
    return row;
}

/// A task may have no answer that read the whole prompt: what was measured on the same videos
/// stands in for it.
void fillFreshFigures(EvalRow& row, const EvalRow& all) {
    if (row.fresh > 0) return;
    row.density = all.density;
    row.firstTokenS = all.firstTokenS;
}

EvalPairs pairsOf(const Book& book, std::string task, std::string length, std::string mode) {
    EvalPairs pairs;
    for (const auto& [question, sparse] :
         book.asked(task == "all" ? "" : task, length == "all" ? "*" : length, mode)) {
        const EvalRecord* dense = book.find(*question, "dense");
        if (!dense || !dense->answered() || !sparse->answered()) continue;
        if (dense->right) ++(sparse->right ? pairs.both : pairs.onlyDense);
        if (!dense->right) ++(sparse->right ? pairs.onlySparse : pairs.neither);
    }
    pairs.task = std::move(task);
    pairs.length = std::move(length);
    pairs.mode = std::move(mode);
    pairs.p = mcnemar(pairs.onlyDense, pairs.onlySparse);
    return pairs;
}

/// VNBench's rule. A circle with an unanswered order is left out.
std::vector<EvalCircles> circlesOf(const Book& book, const std::string& mode) {
    struct Circle {
        std::string task;
        bool right = true, whole = true;
    };

    std::map<std::string, Circle> circles;
    for (const EvalQuestion& question : book.questions()) {
        if (question.circle.empty()) continue;
        Circle& circle = circles[question.circle];
        circle.task = question.task;
        const EvalRecord* record = book.find(question, mode);
        circle.whole = circle.whole && record && record->answered();
        circle.right = circle.right && record && record->right;
    }
    std::vector<EvalCircles> counted;
    for (const auto& [name, circle] : circles) {
        if (!circle.whole) continue;
        auto found =
            std::find_if(counted.begin(), counted.end(),
                         [&circle = circle](const auto& one) { return one.task == circle.task; });
        if (found == counted.end()) found = counted.insert(found, {circle.task, mode, 0, 0, {}});
        ++found->total;
        found->correct += circle.right;
    }
    for (EvalCircles& one : counted) one.interval = wilson(one.correct, one.total);
    return counted;
}

std::vector<EvalVariant> variantsOf(const Book& book, const std::string& mode) {
    std::vector<EvalVariant> variants;
    for (const std::string& name : book.valuesOf(&EvalQuestion::variant)) {
        EvalVariant variant;
        variant.variant = name;
        variant.mode = mode;
        for (const auto& [question, record] : book.asked("", "*", mode)) {
            if (question->variant != name || !record->answered()) continue;
            ++variant.total;
            variant.correct += record->right;
        }
        variant.interval = wilson(variant.correct, variant.total);
        if (!name.empty()) variants.push_back(std::move(variant));
    }
    return variants;
}

std::vector<EvalFailure> failuresOf(const Book& book, const std::vector<std::string>& modes) {
    std::vector<EvalFailure> failures;
    for (const std::string& mode : modes) {
        for (const auto& [question, record] : book.asked("", "*", mode)) {
            if (record->answered()) continue;
            const std::string video =
                question->video.empty() ? "words alone" : question->video.string();
            auto found = std::find_if(failures.begin(), failures.end(), [&](const auto& one) {
                return one.video == video && one.message == record->error;
            });
            if (found == failures.end()) found = failures.insert(found, {video, record->error, 0});
            ++found->questions;
        }
    }
    return failures;
}

}  // namespace

double EvalSummary::taskMean(const std::string& mode) const {
    std::vector<double> shares;
    for (const EvalCircles& one : circles) {
        if (one.mode == mode) shares.push_back(static_cast<double>(one.correct) / one.total);
    }
    if (!shares.empty()) return meanOf(shares);
    std::map<std::string, std::pair<double, int>> tasks;
    for (const EvalRow& row : rows) {
        if (row.mode != mode || row.task == "all") continue;
        tasks[row.task].first += isGraded ? row.score * row.total : row.correct;
        tasks[row.task].second += row.total;
    }
    for (const auto& [task, counts] : tasks) {
        if (counts.second > 0) shares.push_back(counts.first / counts.second);
    }
    return meanOf(shares);
}

EvalSummary summarize(const EvalRequest& request, const EvalOutcome& outcome, std::string machine,
                      std::string version) {
    const Book book(request, outcome);
    EvalSummary summary;
    summary.suite = request.suite.name;
    summary.settings = settingsJson(request);
    summary.machine = std::move(machine);
    summary.version = std::move(version);
    summary.notes = request.suite.notes;
    summary.taskMeanCounts = request.suite.taskMeanCounts;
    summary.isGraded = request.suite.isGraded();
    summary.isWords = request.suite.isWords();
    summary.stopped = outcome.stopped;
    for (const auto& video : request.suite.missingVideos) {
        summary.missingVideos.push_back(video.string());
    }
    for (const EvalMode& mode : request.modes) summary.modes.push_back(mode.name);
    const std::vector<std::string> tasks = book.valuesOf(&EvalQuestion::task);
    const std::vector<std::string> lengths = book.valuesOf(&EvalQuestion::length);
    const bool paired = summary.modes.size() > 1 && summary.modes.front() == "dense";
    for (const std::string& length : lengths) {
        for (const std::string& mode : summary.modes) {
            const EvalRow all =
                rowOf(book.asked("", length, mode), "all", length, mode, summary.isGraded);
            for (const std::string& task : tasks) {
                EvalRow row =
                    rowOf(book.asked(task, length, mode), task, length, mode, summary.isGraded);
                if (row.total + row.failed == 0) continue;
                fillFreshFigures(row, all);
                summary.rows.push_back(std::move(row));
                if (paired && mode != "dense") {
                    summary.pairs.push_back(pairsOf(book, task, length, mode));
                }
            }
            if (all.total + all.failed > 0) summary.rows.push_back(all);
            if (paired && mode != "dense" && all.total > 0) {
                summary.pairs.push_back(pairsOf(book, "all", length, mode));
            }
        }
    }
    for (const std::string& mode : summary.modes) {
        summary.totals.push_back(
            rowOf(book.asked("", "*", mode), "all", "all", mode, summary.isGraded));
        for (EvalCircles& one : circlesOf(book, mode)) summary.circles.push_back(std::move(one));
        for (EvalVariant& one : variantsOf(book, mode)) summary.variants.push_back(std::move(one));
        if (paired && mode != "dense") {
            summary.pairs.push_back(pairsOf(book, "all", "all", mode));
        }
    }
    summary.margin = request.margin;
    summary.verdicts = verdictsOf(request, outcome);
    summary.choices = choicesOf(summary.verdicts);
    summary.failures = failuresOf(book, summary.modes);
    return summary;
}

}  // namespace reelquery
