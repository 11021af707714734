#include "core/eval/scoring.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/eval/answer_facts.h"

namespace reelquery {

namespace {

constexpr double kRounding = 1e-9;  // of times that are whole seconds or sums of a few

/// Removes the phrases that the published scripts of Video-MME and LongVideoBench remove.
std::string withoutStockPhrases(std::string text) {
    for (const std::string phrase :
         {"The best answer is", "The correct answer is", "The answer is", "The answer",
          "The best option is", "The correct option is", "Best answer:", "Best option:"}) {
        for (std::size_t at = text.find(phrase); at != std::string::npos; at = text.find(phrase)) {
            text.erase(at, phrase.size());
        }
    }
    return text;
}

std::optional<char> firstCapital(const std::string& text, char last) {
    const auto found =
        std::find_if(text.begin(), text.end(), [last](char c) { return c >= 'A' && c <= last; });
    return found == text.end() ? std::nullopt : std::optional<char>(*found);
}

/// FNV-1a: a letter drawn from it is the same on every machine.
std::uint64_t hashOf(const std::string& text) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return hash;
}

std::optional<char> mlvuLetter(const std::string& answer, int options) {
    std::string text = answer.substr(0, answer.find(')'));
    text.erase(std::remove_if(text.begin(), text.end(),
                              [](char c) { return c == '(' || c == ' ' || c == '\n'; }),
               text.end());
    if (text.size() > 1 && text[1] == '.') text.resize(1);
    if (text.size() != 1 || text[0] < 'A' || text[0] >= 'A' + options) return std::nullopt;
    return text[0];
}

}  // namespace

bool statesTruth(const std::string& task, const std::string& answer, const std::string& truth,
                 double toleranceS) {
    if (task == "list") return listF1(answer, truth, toleranceS) == 1.0;
    const std::optional<Fact> got = statedFact(task, answer), want = statedFact(task, truth);
    if (!got || !want) return false;
    if (isTimeTask(task) && got->timeS && want->timeS) {
        return std::abs(*got->timeS - *want->timeS) <= toleranceS + kRounding;
    }
    return *got == *want;
}

double listF1(const std::string& answer, const std::string& truth, double toleranceS) {
    const std::vector<ListedEvent> got = listedEvents(answer), want = listedEvents(truth);
    if (got.empty() && want.empty()) return statesAbsence(answer) == statesAbsence(truth) ? 1 : 0;
    std::vector<ListedEvent> left = want;
    int hits = 0;
    for (const ListedEvent& event : got) {
        const auto match = std::find_if(left.begin(), left.end(), [&](const ListedEvent& other) {
            return other.noun == event.noun &&
                   std::abs(other.timeS - event.timeS) <= toleranceS + kRounding;
        });
        if (match == left.end()) continue;
        left.erase(match);
        ++hits;
    }
    return 2.0 * hits / static_cast<double>(got.size() + want.size());
}

std::optional<char> readLetter(ScoringRule rule, const std::string& answer, int options,
                               const std::string& id) {
    switch (rule) {
        case ScoringRule::kVnBench: {
            const std::string head = answer.substr(0, answer.find('.'));
            for (const char letter : {'A', 'B', 'C', 'D'}) {
                if (head.find(letter) != std::string::npos) return letter;
            }
            return std::nullopt;
        }
        case ScoringRule::kVideoMme:
            return firstCapital(withoutStockPhrases(answer), 'D');
        case ScoringRule::kLongVideoBench: {
            const auto letter = firstCapital(withoutStockPhrases(answer), 'E');
            if (letter) return letter;
            return static_cast<char>('A' + hashOf(id) % static_cast<std::uint64_t>(options));
        }
        case ScoringRule::kMlvu:
            return mlvuLetter(answer, options);
        case ScoringRule::kReferences:
            return std::nullopt;
        case ScoringRule::kFacts:
            break;
    }
    const std::optional<Fact> fact = statedFact("letter", answer);
    if (!fact) return std::nullopt;
    return static_cast<char>(fact->text[0] - 'a' + 'A');
}

}  // namespace reelquery
