#pragma once
// Which key blocks a query tile visits, and which tile comes next.

#include "kernels/attn/prefill_params.h"
#include "kernels/attn/split_kv.h"

namespace reelquery::kernels::cuda {

/// A tile's place in the order of tileAt, and how many tiles run at a time.
struct TileTurn {
    int index = 0;
    int running = 1;
};

/// Order of the tiles: the query heads of one key/value head side by side, so that they share its
/// blocks in the L2 cache, and the blocks that see most keys first, so that short ones fill the
/// end.
struct HeadTiles {
    static constexpr bool kPacked = false;

    __device__ static int tiles(const PrefillParams& p) { return p.heads * p.queryBlocks; }

    __device__ static RowTile at(const PrefillParams& p, int index) {
        const int perKv = p.headsPerKv * p.queryBlocks;
        const int kvHead = index / perKv;
        const int inside = index - kvHead * perKv;
        const int fromEnd = inside / p.headsPerKv;
        const int head = kvHead * p.headsPerKv + inside - fromEnd * p.headsPerKv;
        return {head, p.queryBlocks - 1 - fromEnd};
    }

    __device__ static int kvHead(const PrefillParams& p, RowTile tile) {
        return tile.head / p.headsPerKv;
    }

    /// Keys that row `row` of the tile sees are those before this one.
    __device__ static int limit(const PrefillParams& p, RowTile tile, int row) {
        const int position = (p.firstBlock + tile.block) * kBlockSize + row;
        return p.causal ? min(position + 1, p.keys) : p.keys;
    }
};

/// Every visible block, from the last one down.
struct DenseWalk : HeadTiles {
    int count;

    __device__ DenseWalk(const PrefillParams& p, RowTile tile, TileTurn)
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
/// than a fifth of the blocks stay together better when all start at their ends: turning cost 10 %
/// at density 0.5, changed nothing at 0.3 and gained 8 % at 0.07 (NOTES.md, runs 3 and 4).
struct ListWalk : HeadTiles {
    const std::uint16_t* columns;
    int count;
    int entry;  // place in the list of step 1

    __device__ ListWalk(const PrefillParams& p, RowTile tile, TileTurn turn) {
        const std::int64_t row = static_cast<std::int64_t>(tile.head) * p.queryBlocks + tile.block;
        columns = p.columns + row * p.pitch;
        count = p.counts[row];
        const int last = p.causal ? p.firstBlock + tile.block : p.keyBlocks - 1;
        while (count > 0 && columns[count - 1] > last) --count;
        entry = count - 2;
        if (count > 1 && count * 5 <= last)  // at most a fifth
            entry -= turn.index % turn.running * (count - 1) / turn.running;
    }

    __device__ int column(int step) const {
        if (step == 0) return columns[count - 1];
        const int place = entry - (step - 1);
        return columns[place < 0 ? place + count - 1 : place];
    }
};

/// Short prefill: the rows of a tile are (query, query head of the group) pairs of one key/value
/// head, its keys one slot of split-KV. Slot by slot, so that tiles which read the same keys run at
/// the same time; the slots on the edge, one block each, come last and fill the end.
struct ShortWalk {
    static constexpr bool kPacked = true;

    int last;   // block
    int count;  // blocks

    __device__ ShortWalk(const PrefillParams& p, RowTile tile, TileTurn) {
        const int first = rows(p, tile).firstQuery;
        const int end = min(first + p.split.plan.queriesPerTile, p.queries);
        const PartRange range = slotBlocks(tileKeys(p.keys, firstPosition(p), p.causal, first, end),
                                           p.split.plan.parts, slot(p, tile));
        count = range.count;
        last = static_cast<int>(range.begin) + count - 1;
    }

    __device__ int column(int step) const { return last - step; }

    __device__ static int tiles(const PrefillParams& p) {
        return p.heads / p.headsPerKv * p.split.plan.rowTiles * p.split.plan.slots;
    }

    __device__ static RowTile at(const PrefillParams& p, int index) {
        const int kvHeads = p.heads / p.headsPerKv, rowTiles = p.split.plan.rowTiles;
        const int slot = index / (kvHeads * rowTiles), inside = index % (kvHeads * rowTiles);
        return {inside / rowTiles, slot * rowTiles + inside % rowTiles};
    }

    __device__ static int kvHead(const PrefillParams&, RowTile tile) { return tile.head; }

    __device__ static int slot(const PrefillParams& p, RowTile tile) {
        return tile.block / p.split.plan.rowTiles;
    }

    __device__ static PackedTile rows(const PrefillParams& p, RowTile tile) {
        return packedTile(p.split.plan, p.queries, p.headsPerKv, tile.head,
                          tile.block % p.split.plan.rowTiles);
    }

    /// Of query 0 among the keys.
    __device__ static int firstPosition(const PrefillParams& p) {
        return p.firstBlock * kBlockSize + p.rowsBeforeQuery;
    }

    __device__ static int limit(const PrefillParams& p, RowTile tile, int row) {
        const int position = firstPosition(p) + rows(p, tile).firstQuery + row / p.headsPerKv;
        return p.causal ? min(position + 1, p.keys) : p.keys;
    }

    /// Row `row` of the tile in its slot's part of the results: of p.split.parts.tops, and times D
    /// of sums.
    __device__ static std::int64_t resultRow(const PrefillParams& p, RowTile tile, int row) {
        return static_cast<std::int64_t>(slot(p, tile)) * p.heads * p.queries +
               rows(p, tile).firstRow + row;
    }
};

}  // namespace reelquery::kernels::cuda
