#pragma once
// How many warps share the steps of a tile.

#include <algorithm>
#include <cstdint>

namespace reelquery::kernels::cuda {

inline constexpr int kMostWarps = 16;
inline constexpr int kLeastWarps = 4;  ///< 128 threads write a tile's results

/// Warps of a tile: as few as keep 16 warps a multiprocessor busy (each with several KB on their
/// way that is what memory needs), at most one a step. Follows from the matrix and the device only.
constexpr int warpsPerTile(std::int64_t tiles, std::int64_t steps, int processors) {
    int warps = kLeastWarps;
    while (warps < kMostWarps && tiles * warps < std::int64_t{processors} * 16 &&
           2 * warps <= steps)
        warps *= 2;
    return warps;
}

}  // namespace reelquery::kernels::cuda
