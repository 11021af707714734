#include "core/eval/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/session/compare/comparison.h"

namespace reelquery {

namespace {

constexpr double kZ = 1.96;  // 95 %, two-sided

}  // namespace

Interval wilson(int correct, int total) {
    return total == 0 ? Interval{} : wilsonOfMean(correct / static_cast<double>(total), total);
}

Interval wilsonOfMean(double mean, int total) {
    if (total == 0) return {};
    const double n = total, p = mean;
    const double centre = p + kZ * kZ / (2 * n);
    const double spread = kZ * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n));
    const double scale = 1 + kZ * kZ / n;
    return {std::max(0.0, (centre - spread) / scale), std::min(1.0, (centre + spread) / scale)};
}

double mcnemar(int onlyFirst, int onlySecond) {
    const int n = onlyFirst + onlySecond;
    if (n == 0) return 1;
    // Binomial tail at one half, in logarithms so that thousands of pairs do not overflow.
    double tail = 0;
    for (int k = 0; k <= std::min(onlyFirst, onlySecond); ++k) {
        const double logChoose =
            std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0);
        tail += std::exp(logChoose - n * std::log(2.0));
    }
    return std::min(1.0, 2 * tail);
}

double medianOf(std::vector<double> values) {
    return spreadOf(std::move(values)).median;
}

double meanOf(const std::vector<double>& values) {
    if (values.empty()) return 0;
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace reelquery
