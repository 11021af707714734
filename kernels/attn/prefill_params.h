#pragma once
// What the attention kernels of every architecture are given.

#include <cuda_bf16.h>

#include <cstdint>

namespace reelquery::kernels::cuda {

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
};

/// One block of queries of one head.
struct QueryTile {
    int head;
    int block;
};

}  // namespace reelquery::kernels::cuda
