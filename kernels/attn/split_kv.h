#pragma once
// How the keys of a call are shared out (split-KV) and how the query heads that share a key/value
// head become the rows of one tile (packed GQA). Numbers only: host and device read the same rules.
// Symbols: Hq query heads, Hkv key/value heads, G = Hq/Hkv, Lq queries, Lk keys (kv_len).
//
// Note [Parts of the keys]
// Where one tile of rows per head would leave most of a device idle, its keys are cut into parts,
// each the work of one block of threads, and a last kernel merges the parts in the order of their
// index (merge_parts.h), so that two runs give the same bits. How many parts there are and where
// they begin follows from the shape, from the number of keys that are there and from the device's
// multiprocessors, and from nothing else. Above all not from the capacity of the cache: a kept
// cache (prefix cache) is larger than a fresh one, and reuse must not change a bit.

#include <algorithm>
#include <cstdint>

#include "kernels/attention_params.h"
#include "kernels/block_layout.h"

namespace reelquery::kernels::cuda {

/// A run of consecutive steps.
struct PartRange {
    int begin = 0;
    int count = 0;
};

/// What part `index` of `parts` has of `steps`: all parts together have each step once, and no two
/// differ by more than one step. Steps times parts stay below 2^31 (8388607 keys in steps of 64
/// times kMostParts are 2^26), as a division of 64 bits takes a GPU a microsecond's tenth.
constexpr PartRange partOf(int steps, int parts, int index) {
    const int begin = steps * index / parts;
    return {begin, steps * (index + 1) / parts - begin};
}

// ---- one token over a cache (decode.cu) ----

inline constexpr int kDecodeRows = 16;  ///< query heads in one product of the decoding kernel
inline constexpr int kDecodeKeys = 64;  ///< keys in one step of a part
/// Three blocks of threads of 64 KB shared memory fit a multiprocessor of Hopper; smaller ones run
/// the third as soon as one ends.
inline constexpr int kDecodeBlocksPerProcessor = 3;
inline constexpr int kMostParts = 512;  ///< what merging takes, a thread each

/// Most parts that decoding cuts the keys of a shape into: as many as run at a time. Does not look
/// at shape.keys, which is the capacity of the cache.
constexpr int mostDecodeParts(const AttentionShape& shape, int processors) {
    const int perPart =
        shape.kvHeads * ((shape.heads / shape.kvHeads + kDecodeRows - 1) / kDecodeRows);
    return std::clamp(processors * kDecodeBlocksPerProcessor / perPart, 1, kMostParts);
}

/// Parts in use for `steps` steps: never an empty one, but always one.
constexpr int partsInUse(int steps, int mostParts) {
    return std::clamp(steps, 1, mostParts);
}

/// Steps over the tokens that decoding attends to: the held ones and the new one, which finds no
/// place in a full cache.
constexpr int decodeSteps(std::int64_t held, std::int64_t capacity) {
    const auto keys = static_cast<int>(held + 1 < capacity ? held + 1 : capacity);
    return (keys + kDecodeKeys - 1) / kDecodeKeys;
}

// ---- few rows over many keys (short_prefill) ----

/// Most rows of a head: a question with what was said before it. 28 heads of 256 rows are 56 tiles
/// for 132 processors; at twice as many rows they would fill a device by themselves.
inline constexpr std::int64_t kShortQueries = 256;
inline constexpr std::int64_t kShortFromKeys = 2048;  ///< below, a tile's walk is over in 30 us
inline constexpr int kPackedRows = 128;               ///< rows (query, head of the group) in a tile

/// Whether a dense call is short prefill: few rows over many keys, such as a follow-up's question
/// over a prefix cache, which then takes split-KV with packed GQA. Fixed by Lq and Lk (and G, which
/// a model fixes). The last rows of a long prompt may be such a call too, and their sums are then
/// other ones than those of a longer call: who reuses keys and values and wants the bits of a fresh
/// run cuts both runs' prompts at the same tokens.
constexpr bool isShortPrefill(const AttentionShape& shape) {
    return shape.queries > 0 && shape.queries <= kShortQueries && shape.keys >= kShortFromKeys &&
           shape.heads / shape.kvHeads <= kPackedRows;
}

/// How a short prefill is laid out.
struct ShortPrefillPlan {
    int queriesPerTile = 0;  ///< queries whose G heads fill a tile of kPackedRows rows
    int rowTiles = 0;        ///< tiles of one key/value head
    int parts = 0;           ///< of the key blocks that all rows of a tile see
    int slots = 0;           ///< partial results per row: the parts, then two blocks on the edge
};

/// The rows of one tile: (query, query head of the group) pairs of one key/value head.
struct PackedTile {
    int firstQuery = 0;
    int rows = 0;      ///< that are rows of the call, at most kPackedRows
    int firstRow = 0;  ///< place of the tile's first row among all Hq * Lq of the call, see Parts
};

constexpr PackedTile packedTile(const ShortPrefillPlan& plan, int queries, int group, int kvHead,
                                int rowTile) {
    const int firstQuery = rowTile * plan.queriesPerTile;
    return {firstQuery, std::min(plan.queriesPerTile, queries - firstQuery) * group,
            (kvHead * queries + firstQuery) * group};
}

/// Where a row of the call belongs.
struct RowPlace {
    int head = 0;  ///< query head
    int query = 0;
};

/// row: in the order (key/value head, query, query head of the group).
constexpr RowPlace rowPlace(int row, int queries, int group) {
    const int perKv = queries * group;
    return {row / perKv * group + row % group, row % perKv / group};
}

/// Key blocks of one tile of rows. The ones on the edge, which some rows see only in part or not at
/// all, are slots of their own: so only the first step of a slot ever hides keys.
struct TileKeys {
    int whole = 0;  ///< leading blocks that all rows see in full
    int edge = 0;   ///< blocks behind them, 0 to 2
};

/// firstQuery, endQuery: the tile's queries, endQuery past the last one.
constexpr TileKeys tileKeys(std::int64_t keys, std::int64_t queryOffset, bool causal,
                            std::int64_t firstQuery, std::int64_t endQuery) {
    const std::int64_t least = causal ? queryOffset + firstQuery + 1 : keys;
    const std::int64_t most = causal ? queryOffset + endQuery : keys;
    const auto whole = static_cast<int>(least / kBlockSize);
    return {whole, static_cast<int>((most + kBlockSize - 1) / kBlockSize) - whole};
}

/// blocksAtOnce: blocks of threads that the device runs at a time.
constexpr ShortPrefillPlan planShortPrefill(const AttentionShape& shape, int blocksAtOnce) {
    const int group = shape.heads / shape.kvHeads;
    ShortPrefillPlan plan;
    plan.queriesPerTile = kPackedRows / group;
    plan.rowTiles =
        static_cast<int>((shape.queries + plan.queriesPerTile - 1) / plan.queriesPerTile);
    const int whole = tileKeys(shape.keys, shape.queryOffset(), shape.causal, 0, 1).whole;
    // A part of one block would cost as much to begin and to merge as to compute.
    const int mostParts = std::clamp(whole / 2, 1, kMostParts - 2);
    plan.parts = std::clamp(blocksAtOnce / (shape.kvHeads * plan.rowTiles), 1, mostParts);
    plan.slots = plan.parts + 2;
    return plan;
}

/// The key blocks of one slot of a tile.
constexpr PartRange slotBlocks(const TileKeys& keys, int parts, int slot) {
    if (slot < parts) return partOf(keys.whole, parts, slot);
    return {keys.whole + slot - parts, slot - parts < keys.edge ? 1 : 0};
}

}  // namespace reelquery::kernels::cuda
