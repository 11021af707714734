#pragma once
// The selection rule on the host, from masses, and whether a list may differ from it by rounding.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

namespace reelquery::test {

/// One row's problem. See Note [Which blocks a row keeps].
struct RowRule {
    std::int64_t self = 0;  ///< the row's own block index
    bool causal = true;
    bool keepAll = false;
    double threshold = 0.9;
    int sinkBlocks = 1;
    int recentBlocks = 1;

    bool forced(std::int64_t j) const {
        return j < sinkBlocks || (causal && j > self - recentBlocks);
    }
};

/// mass: the visible blocks.
template <class T>
std::vector<char> keptBlocks(const RowRule& rule, const std::vector<T>& mass) {
    std::vector<char> keep(mass.size(), 0);
    std::vector<std::int64_t> others;
    double total = 0, before = 0;
    for (std::size_t j = 0; j < mass.size(); ++j) {
        total += mass[j];
        keep[j] = rule.forced(static_cast<std::int64_t>(j));
        if (keep[j])
            before += mass[j];
        else
            others.push_back(static_cast<std::int64_t>(j));
    }
    if (rule.keepAll || rule.threshold >= 1) return std::vector<char>(mass.size(), 1);
    std::sort(others.begin(), others.end(), [&](std::int64_t a, std::int64_t b) {
        if (mass[a] != mass[b]) return mass[a] > mass[b];
        const std::int64_t da = std::abs(a - rule.self), db = std::abs(b - rule.self);
        return da != db ? da < db : a < b;
    });
    for (const std::int64_t j : others) {
        if (!(before < rule.threshold * total)) break;
        keep[j] = 1;
        before += mass[j];
    }
    return keep;
}

/// Whether `keep` is what the rule gives for masses within `slack` (a share of the row) of these.
template <class T>
bool followsRule(const RowRule& rule, const std::vector<T>& mass, const std::vector<char>& keep,
                 double slack) {
    double total = 0, kept = 0, smallestKept = INFINITY, largestDropped = 0;
    for (std::size_t j = 0; j < mass.size(); ++j) {
        total += mass[j];
        if (keep[j]) kept += mass[j];
        if (rule.forced(static_cast<std::int64_t>(j))) {
            if (!keep[j]) return false;
        } else if (keep[j]) {
            smallestKept = std::min<double>(smallestKept, mass[j]);
        } else {
            largestDropped = std::max<double>(largestDropped, mass[j]);
        }
    }
    if (rule.keepAll || rule.threshold >= 1)
        return std::count(keep.begin(), keep.end(), 1) == static_cast<long>(keep.size());
    const double need = rule.threshold * total, tolerance = slack * total;
    const bool any = smallestKept != INFINITY;
    return (kept >= need - tolerance || largestDropped == 0) &&
           (!any ||
            (smallestKept >= largestDropped - tolerance && kept - smallestKept < need + tolerance));
}

}  // namespace reelquery::test
