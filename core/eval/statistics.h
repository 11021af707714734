#pragma once
// Statistics of shares and of pairs.

#include <vector>

namespace reelquery {

/// A confidence interval of a share, both ends in [0, 1].
struct Interval {
    double low = 0, high = 1;
};

/// Wilson's 95 % interval of correct / total, without continuity correction; [0, 1] of nothing.
Interval wilson(int correct, int total);

/// The same of the mean of `total` figures from 0 to 1: no figures of that mean vary more than ones
/// and zeros do, so it is at least as wide as it must be.
Interval wilsonOfMean(double mean, int total);

/// Exact two-sided p of McNemar's test: of the pairs in which two methods differ, `onlyFirst` were
/// right with the first only and `onlySecond` with the second only. 1 where none differ.
double mcnemar(int onlyFirst, int onlySecond);

/// The middle value, or the mean of the two middle ones; 0 of nothing.
double medianOf(std::vector<double> values);

/// 0 of nothing.
double meanOf(const std::vector<double>& values);

}  // namespace reelquery
