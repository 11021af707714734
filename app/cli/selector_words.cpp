#include "app/cli/selector_words.h"

#include <algorithm>
#include <charconv>

#include "core/base/error.h"
#include "core/base/option_names.h"
#include "core/session/ask/attention_choices.h"

namespace reelquery {

namespace {

std::string choicesText() {
    std::string text;
    for (const std::string& choice : attentionChoices())
        text += (text.empty() ? "" : ", ") + choice;
    return text;
}

}  // namespace

AttentionOptions selectorOfWords(const std::string& words, const AttentionOptions& given,
                                 const std::string& flag) {
    const auto refuse = [&](const std::string& what, const std::string& hint) {
        return Error(ErrorCode::kUsage, flag + " " + words + ": " + what, hint);
    };
    std::size_t end = std::min(words.find(','), words.size());
    const std::string name = words.substr(0, end);
    const std::vector<std::string> known = attentionChoices();
    if (std::find(known.begin(), known.end(), name) == known.end())
        throw refuse("blocks cannot be chosen by '" + name + "'", "there is " + choicesText());
    AttentionOptions options = withChoice(given, name);
    SelectorOptions& selector = options.selector;
    while (end < words.size()) {
        const std::size_t begin = end + 1;
        end = std::min(words.find(',', begin), words.size());
        const std::string word = words.substr(begin, end - begin);
        const std::size_t equals = std::min(word.find('='), word.size());
        const std::string key = word.substr(0, equals);
        const std::string value = word.substr(std::min(equals + 1, word.size()));
        double number = 0;
        const auto [rest, failed] =
            std::from_chars(value.data(), value.data() + value.size(), number);
        const bool isNumber = failed == std::errc() && rest == value.data() + value.size();
        const auto pattern = named<kernels::ScorePattern>(value);
        if (key == "score-pattern" && pattern) {
            selector.pattern = *pattern;
        } else if (key == "stride" && isNumber &&
                   kernels::isScoreStride(static_cast<int>(number)) &&
                   number == static_cast<int>(number)) {
            selector.stride = static_cast<int>(number);
        } else if (key == "threshold" && isNumber && number >= 0 && number <= 1) {
            selector.threshold = number;
        } else if (key == "keep-share" && isNumber && number > 0 && number <= 1) {
            selector.density = number;
        } else {
            throw refuse("'" + word + "' cannot be read", std::string("write ") + kSelectorWords);
        }
        if (key == "threshold" || key == "stride") selector.thresholdsFile.clear();
    }
    return options;
}

}  // namespace reelquery
