#include "vision/video/key_frame_choice.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace reelquery {
namespace {

/// Position of the entry nearest to `time`; the earlier one of two equally near.
std::size_t nearest(const std::vector<double>& ascending, double time) {
    const auto after = std::lower_bound(ascending.begin(), ascending.end(), time);
    if (after == ascending.begin()) return 0;
    const auto before = after - 1;
    const bool takeBefore = after == ascending.end() || time - *before <= *after - time;
    return static_cast<std::size_t>((takeBefore ? before : after) - ascending.begin());
}

}  // namespace

std::vector<std::optional<std::size_t>> keyFramesFor(const std::vector<double>& wantedS,
                                                     const std::vector<double>& keyS,
                                                     double maxDistanceS) {
    std::vector<std::optional<std::size_t>> chosen(wantedS.size());
    if (keyS.empty()) return chosen;
    for (std::size_t i = 0; i < wantedS.size(); ++i) {
        const std::size_t key = nearest(keyS, wantedS[i]);
        if (std::abs(keyS[key] - wantedS[i]) > maxDistanceS) continue;
        if (nearest(wantedS, keyS[key]) == i) chosen[i] = key;
    }
    return chosen;
}

}  // namespace reelquery
