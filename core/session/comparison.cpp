#include "core/session/comparison.h"

#include <algorithm>
#include <cctype>

namespace reelquery {

namespace {

constexpr double kIdleRepeatability = 0.05;  // seen between runs of the same comparison

bool isFaster(const Spread& one, const Spread& other, double repeatability) {
    return one.largest < other.smallest && other.median > (1 + repeatability) * one.median;
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

bool ComparisonReport::denseWins() const {
    return isFaster(dense.prefillS, sparse.prefillS, repeatability());
}

bool ComparisonReport::sparseWins() const {
    return isFaster(sparse.prefillS, dense.prefillS, repeatability());
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
