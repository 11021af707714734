#pragma once
// Attention and XAttention on the CPU. Symbols: Hq query heads, Hkv key/value heads, Lq queries,
// Lk keys, D head dimension, NQ query blocks, NK key blocks, S stride.
// float32 and bf16 inputs; sums and softmax in float32. bf16 runs on the bf16 dot product where the
// processor has it and as float32 elsewhere.

#include <cstdint>
#include <stop_token>
#include <vector>

#include "kernels/attention_params.h"
#include "kernels/block_layout.h"
#include "kernels/cpu/cpu_isa.h"
#include "kernels/cpu/workers.h"
#include "kernels/cpu/workspace.h"
#include "kernels/status.h"

namespace reelquery::kernels {

/// Where and how long a call may run.
struct CpuRun {
    Workers& workers;
    Workspace& workspace;
    CpuIsa isa = bestCpuIsa();  ///< at most bestCpuIsa()
    std::stop_token stop = {};  ///< polled per query block
};

/// The blocks that the rows keep, and what choosing them took.
struct BlockSelection {
    std::int64_t rows = 0;               ///< NQ
    std::int64_t pitch = 0;              ///< NK
    std::vector<std::uint16_t> columns;  ///< [Hq, NQ, pitch], ascending in every row
    std::vector<std::int32_t> counts;    ///< [Hq, NQ]
    std::vector<float> keptShare;  ///< [Hq, NQ] kept share of the row's mass; 1 where not scored
    double scoreMs = 0;            ///< wall time of the scores, packing included
    double selectMs = 0;           ///< wall time of choosing

    BlockLists lists() const { return {columns.data(), counts.data(), pitch}; }
};

/// out = softmax(scale * q k^T) v over every key that a query sees. out: [Hq, Lq, D] of the inputs'
/// type, written through its strides.
/// Requires 1 <= D <= 512, scale > 0. Memory: the panels of one key/value head, 2 * Lk * D * 4
/// bytes (half of it for bf16 dot products), and about 0.3 MB a worker. A call with few rows
/// (decoding) needs no panels. One caller at a time per Workers and Workspace. Errors:
/// kInvalidArgument, kUnsupported, kOutOfMemory, kCancelled.
Status denseAttention(const AttentionInputs& inputs, const MutableHeadsView& out,
                      const CpuRun& run);

/// The same over the listed blocks. Rows with an empty list give zeros; blocks that a row cannot
/// see are passed over. The longest lists run first, so uneven heads leave no worker idle.
Status sparseAttention(const AttentionInputs& inputs, const BlockLists& lists,
                       const MutableHeadsView& out, const CpuRun& run);

/// Scores the blocks and keeps the largest. See Note [Which blocks a row keeps].
/// masses: null, or receives the block masses [Hq, NQ, NK]; then every row is scored.
/// Requires stride 4, 8 or 16 and Lk < 65536 * 128. Memory beyond `selection`: Lk * D * 4 bytes.
Status selectBlocks(const AttentionInputs& inputs, const SelectionParams& params, const CpuRun& run,
                    BlockSelection& selection, std::vector<float>* masses = nullptr);

}  // namespace reelquery::kernels
