#pragma once
// Which key blocks a query tile visits, and which tile comes next.

#include "kernels/attn/prefill_params.h"

namespace reelquery::kernels::cuda {

/// A tile's place in the order of tileAt, and how many tiles run at a time.
struct TileTurn {
    int index = 0;
    int running = 1;
};

/// Every visible block, from the last one down.
struct DenseWalk {
    int count;

    __device__ DenseWalk(const PrefillParams& p, QueryTile tile, TileTurn)
        : count(p.causal ? min(p.firstBlock + tile.block + 1, p.keyBlocks) : p.keyBlocks) {}

    __device__ int column(int step) const { return count - 1 - step; }
};

/// The listed blocks: the last one (the diagonal, where causal) first, then downwards.
///
/// Short lists end at very different times, so the tiles that run together soon pass different keys
/// and each block comes from memory again and again. Tiles of sparse rows therefore enter their
/// list at a place that turns once around it while as many tiles are handed out as run at a time:
/// then all of them pass the same keys. The place depends on the tile's index alone, so results
/// repeat. At 256K tokens and density 0.07 an H100 so reads 64 GB instead of 148. Lists of more
/// than a fifth of the blocks stay together better when all start at their ends.
struct ListWalk {
    const std::uint16_t* columns;
    int count;
    int entry;  // place in the list of step 1

    __device__ ListWalk(const PrefillParams& p, QueryTile tile, TileTurn turn) {
        const std::int64_t row = static_cast<std::int64_t>(tile.head) * p.queryBlocks + tile.block;
        columns = p.columns + row * p.pitch;
        count = p.counts[row];
        const int last = p.causal ? p.firstBlock + tile.block : p.keyBlocks - 1;
        while (count > 0 && columns[count - 1] > last) --count;
        entry = count - 2;
        if (count > 1 && count * 5 <= last)
            entry -= turn.index % turn.running * (count - 1) / turn.running;
    }

    __device__ int column(int step) const {
        if (step == 0) return columns[count - 1];
        const int place = entry - (step - 1);
        return columns[place < 0 ? place + count - 1 : place];
    }
};

/// Order of the tiles: the query heads of one key/value head side by side, so that they share its
/// blocks in the L2 cache, and the blocks that see most keys first, so that short ones fill the
/// end.
__device__ inline QueryTile tileAt(const PrefillParams& p, int index) {
    const int perKv = p.headsPerKv * p.queryBlocks;
    const int kvHead = index / perKv;
    const int inside = index - kvHead * perKv;
    const int fromEnd = inside / p.headsPerKv;
    const int head = kvHead * p.headsPerKv + inside - fromEnd * p.headsPerKv;
    return {head, p.queryBlocks - 1 - fromEnd};
}

}  // namespace reelquery::kernels::cuda
