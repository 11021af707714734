#pragma once
// In which order a tower with windows takes the tokens of a grid, so that each attention window is
// a contiguous run. One token = a block of mergeSize x mergeSize patches.

#include <cstdint>
#include <vector>

#include "core/spec/vision_config.h"

namespace reelquery {

struct WindowOrder {
    std::vector<std::int64_t> tokens;  ///< token index at each place of the window order
    std::vector<std::int64_t>
        lengths;  ///< tokens of each window, in order; edge windows are smaller
};

/// Windows of windowSize pixels, row by row inside each time step; inside a window its tokens row
/// by row. Nothing is padded.
WindowOrder windowOrder(const PatchGrid& grid, const VisionConfig& config);

}  // namespace reelquery
