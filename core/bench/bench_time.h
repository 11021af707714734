#pragma once
// Times of repeated runs, as every bench reports them.

#include <algorithm>
#include <vector>

namespace reelquery {

/// Times of the repetitions: wall time on the CPU, time between events for calls on a GPU.
struct BenchTime {
    double medianMs = 0;
    double minMs = 0;
    double maxMs = 0;
};

/// Requires at least one time.
inline BenchTime summarise(std::vector<double> ms) {
    std::sort(ms.begin(), ms.end());
    const std::size_t n = ms.size();
    return {(ms[(n - 1) / 2] + ms[n / 2]) / 2, ms.front(), ms.back()};
}

}  // namespace reelquery
