#pragma once
// Which key blocks a query tile visits, and which tile comes next.

#include "kernels/attn/prefill_params.h"

namespace reelquery::kernels::cuda {

/// Every visible block, from the last one down.
struct DenseWalk {
    int count;

    __device__ DenseWalk(const PrefillParams& p, QueryTile tile)
        : count(p.causal ? min(p.firstBlock + tile.block + 1, p.keyBlocks) : p.keyBlocks) {}

    __device__ int column(int step) const { return count - 1 - step; }
};

/// The listed blocks, from the last one (the diagonal, where causal) down.
struct ListWalk {
    const std::uint16_t* columns;
    int count;

    __device__ ListWalk(const PrefillParams& p, QueryTile tile) {
        const std::int64_t row = static_cast<std::int64_t>(tile.head) * p.queryBlocks + tile.block;
        columns = p.columns + row * p.pitch;
        count = p.counts[row];
        const int last = p.causal ? p.firstBlock + tile.block : p.keyBlocks - 1;
        while (count > 0 && columns[count - 1] > last) --count;
    }

    __device__ int column(int step) const { return columns[count - 1 - step]; }
};

/// Order of the tiles: the query heads of one key/value head side by side, so that they share its
/// blocks in the L2 cache, and the blocks that see most keys first, so that short ones fill the end.
__device__ inline QueryTile tileAt(const PrefillParams& p, int index) {
    const int perKv = p.headsPerKv * p.queryBlocks;
    const int kvHead = index / perKv;
    const int inside = index - kvHead * perKv;
    const int fromEnd = inside / p.headsPerKv;
    const int head = kvHead * p.headsPerKv + inside - fromEnd * p.headsPerKv;
    return {head, p.queryBlocks - 1 - fromEnd};
}

}  // namespace reelquery::kernels::cuda
