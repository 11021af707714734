#include "app/cli/eval_checks.h"

#include <algorithm>
#include <cstdint>

#include "core/base/error.h"
#include "core/base/format_text.h"
#include "core/session/plan/words_length.h"

namespace reelquery {

void requireDifferent(const std::vector<EvalMode>& modes) {
    for (auto mode = modes.begin(); mode != modes.end(); ++mode) {
        const auto same = std::find_if(modes.begin(), mode, [&](const EvalMode& before) {
            return before.name == mode->name || before.attention == mode->attention;
        });
        if (same == mode) continue;
        if (same->name == mode->name)
            throw Error(ErrorCode::kUsage, "--beside " + mode->name + " would run twice");
        throw Error(ErrorCode::kUsage, "--beside " + mode->name + " does the same as " +
                                           same->name + " and would run twice");
    }
}

std::optional<std::string> longWordsLine(const EvalRequest& request) {
    const std::vector<EvalQuestion>& questions = request.suite.questions;
    if (!request.suite.isWords() || questions.empty() || !request.ask.model.server.empty())
        return std::nullopt;
    const auto longest = std::max_element(questions.begin(), questions.end(),
                                          [](const EvalQuestion& a, const EvalQuestion& b) {
                                              return a.question.size() < b.question.size();
                                          });
    const WordsLength length = wordsLength(request.ask.model, longest->question);
    if (length.positions <= 0 || length.tokens <= length.positions) return std::nullopt;
    // A text's tokens grow with its bytes; counting them in all of a set would take minutes.
    const double share = static_cast<double>(length.positions) / static_cast<double>(length.tokens);
    const auto bytes = share * static_cast<double>(longest->question.size());
    const auto longer = std::count_if(
        questions.begin(), questions.end(),
        [&](const EvalQuestion& one) { return static_cast<double>(one.question.size()) > bytes; });
    return formatText(
        "about %lld of %zu questions are longer than the %lld tokens that this model was made for "
        "(the longest has %lld): what is beyond them it never learned to read",
        static_cast<long long>(longer), questions.size(), static_cast<long long>(length.positions),
        static_cast<long long>(length.tokens));
}

}  // namespace reelquery
