#pragma once
// How the steps of a packed matrix are shared out to blocks of threads and their warps.
//
// Note [Streams of steps]
// A matrix has from 96 (o of a 2B) to 9,504 tiles (a head), a device some 132 multiprocessors. A
// block of threads for each tile spends most of its life on beginning and ending: its first codes
// are a microsecond away, its last sums meet behind a barrier, and meanwhile nothing of the next
// tile is under way. So there is one block for each multiprocessor. Its tiles follow each other in
// memory and are one stream of steps, of which each warp takes an equal run wherever tiles begin:
// loads go on across their borders, and sums meet once, at the end. A tile that one warp had whole
// is written by that warp; the others are put together from their warps in order. Which warp has
// what follows from the matrix and the device only: the same bits every time.

#include <algorithm>
#include <cstdint>

namespace reelquery::kernels::cuda {

inline constexpr int kWarps = 16;  ///< of a block; a power of two, so that no thread divides by it

/// The tiles of a block.
struct BlockTiles {
    int first = 0;
    int count = 0;
};

/// What block `block` has of `tiles` over `blocks` blocks: base = tiles / blocks, more = the rest.
constexpr BlockTiles tilesOfBlock(int base, int more, int block) {
    return {block * base + std::min(block, more), base + (block < more ? 1 : 0)};
}

/// First of the steps of warp `warp` among the `total` of its block; the next warp's is its end.
/// Below 2^31: 16 warps times a block's steps, of which 2^27 would be 128 GB of codes.
constexpr int firstStepOf(int total, int warp) {
    return total * warp / kWarps;
}

/// The warp that has step `step` of a block's `total`: the first whose end lies behind it.
constexpr int warpOf(int total, int step) {
    return (kWarps * (step + 1) - 1) / total;
}

}  // namespace reelquery::kernels::cuda
