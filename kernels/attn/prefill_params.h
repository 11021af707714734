#pragma once
// What the attention kernels of every architecture are given.

#include <cuda_bf16.h>

#include <cstdint>

#include "kernels/attn/merge_parts.h"
#include "kernels/attn/split_kv.h"

namespace reelquery::kernels::cuda {

/// What short prefill adds: split-KV with packed GQA, see Note [Parts of the keys]. Unused else.
struct ShortPrefill {
    ShortPrefillPlan plan;
    Parts parts;  ///< of plan.slots parts and Hq * Lq rows
};

/// One prefill problem as its kernels see it. See Note [Blocks lie on the key grid].
struct PrefillParams {
    __nv_bfloat16* out = nullptr;  ///< [Hq, Lq, D]
    std::int64_t outHeadStride = 0;
    std::int64_t outTokenStride = 0;
    const std::uint16_t* columns = nullptr;  ///< [Hq, NQ, pitch]; null where every block is walked
    const std::int32_t* counts = nullptr;    ///< [Hq, NQ]
    std::int64_t pitch = 0;
    /// Zeroed before the launch; counts the tiles drawn after the first of each block of threads.
    int* tileCounter = nullptr;
    int heads = 0;
    int headsPerKv = 0;
    int queries = 0;
    int keys = 0;
    int queryBlocks = 0;
    int keyBlocks = 0;
    int firstBlock = 0;       ///< global index of query block 0
    int rowsBeforeQuery = 0;  ///< empty rows at the start of query block 0
    int causal = 1;
    float scaleLog2 = 0;  ///< scale * log2(e)
    ShortPrefill split;
};

/// The rows of one tile: a block of queries of one query head. In short prefill `head` is a
/// key/value head and `block` counts its tiles of packed rows, once for every slot of keys.
struct RowTile {
    int head;
    int block;
};

}  // namespace reelquery::kernels::cuda
