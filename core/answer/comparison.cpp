#include "core/answer/comparison.h"

#include <algorithm>
#include <cctype>

namespace reelquery {

namespace {

constexpr double kIdleRepeatability = 0.05;  // seen between runs of the same comparison

/// How far apart two medians of so many rounds lie in nine of ten cases, in ranges of one's rounds:
/// simulated for normally distributed times, and at least the range itself.
double rangesBetweenMedians(int rounds) {
    if (rounds == 2) return 4.5;
    return rounds == 3 ? 1.4 : 1.0;
}

}  // namespace

Spread spreadOf(std::vector<double> values) {
    if (values.empty()) return {};
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    const double median =
        values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    return {median, values.front(), values.back()};
}

double ComparisonReport::repeatability() const {
    return std::max(kIdleRepeatability, othersShare);
}

double ComparisonReport::statedSpread(const Spread& denseFigure, const Spread& sparseFigure) const {
    const double range = std::max(denseFigure.relative(), sparseFigure.relative());
    return std::max(repeatability(), range * rangesBetweenMedians(rounds));
}

bool ComparisonReport::denseWins() const {
    const Spread &one = dense.prefillS, &other = sparse.prefillS;
    return one.largest < other.smallest &&
           one.median * (1 + statedSpread(one, other)) < other.median;
}

bool ComparisonReport::sparseWins() const {
    const Spread &one = sparse.prefillS, &other = dense.prefillS;
    return one.largest < other.smallest &&
           one.median < other.median * (1 - statedSpread(other, one));
}

std::optional<char> optionLetter(const std::string& answer) {
    std::size_t at = answer.find_first_not_of(" \n\t(");
    if (at == std::string::npos) return std::nullopt;
    const auto letter = static_cast<char>(std::toupper(static_cast<unsigned char>(answer[at])));
    if (letter < 'A' || letter > 'F') return std::nullopt;
    const bool alone =
        at + 1 == answer.size() || std::isalnum(static_cast<unsigned char>(answer[at + 1])) == 0;
    // "A man opens the door" begins with a word, not with an option.
    const bool word = at + 1 < answer.size() && answer[at + 1] == ' ' && letter == 'A' &&
                      answer.find_first_not_of(" \n", at + 1) != std::string::npos;
    if (!alone || word) return std::nullopt;
    return letter;
}

}  // namespace reelquery
