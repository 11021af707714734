#pragma once
// What the score and selection kernels of every architecture are given.
// Symbols: S stride, b = 128/S pooled rows or columns per block, NQ query blocks, NK key blocks.
//
// Note [Partial block sums]
// A score kernel never writes pooled scores. For every pooled row and every tile of pooled columns
// it writes the tile's largest logit and, for each key block in the tile, the sum of
// exp2(logit - largest). Selection merges the tiles of a row like a split softmax. That is b times
// fewer numbers than scores, and they stay float32.

#include <cstdint>

#include "kernels/block_layout.h"

namespace reelquery::kernels::cuda {

inline constexpr int kMaxHeads = 256;
inline constexpr int kMaxCudaStride = 16;  // what these kernels serve; the layout allows more

/// Where one batch of heads leaves its partial sums. See Note [Partial block sums].
struct PartialSums {
    float* blocks = nullptr;  ///< [heads of the batch, rows, blockPitch]
    float2* tiles =
        nullptr;         ///< [heads of the batch, rows, tileCount]: largest, sum; in log2 units
    int rows = 0;        ///< NQ * b
    int blockPitch = 0;  ///< tileCount * blocks per tile
    int tileCount = 0;
    int tileColumns = 0;  ///< pooled columns per tile
};

struct ScoreParams {
    PartialSums sums;
    int headBegin = 0;   ///< first head of the batch
    int headCount = 0;   ///< heads of the batch
    int sliceHeads = 0;  ///< heads that run side by side; divides headCount
    int headsPerKv = 0;
    int headDim = 0;
    int queries = 0;
    int keys = 0;
    int queryOffset = 0;
    int firstRow = 0;   ///< global pooled index of row 0
    int keyGroups = 0;  ///< pooled columns
    int causal = 1;
    float scaleLog2 = 0;                     ///< scale * log2(e) / S
    std::int8_t order[kMaxCudaStride] = {};  ///< query slot that meets key slot t
};

struct SelectParams {
    PartialSums sums;
    int headBegin = 0;
    int headCount = 0;
    int stride = 0;
    int firstRow = 0;
    int rowBegin = 0;  ///< first pooled row that holds a query, global
    int rowEnd = 0;    ///< one past the last pooled row that holds a query, global
    int queryBlocks = 0;
    int keyBlocks = 0;
    int firstBlock = 0;
    int causal = 1;
    int sinkBlocks = 1;
    int recentBlocks = 1;
    int denseFromBlock = INT32_MAX;  ///< global index of the first row that keeps everything
    std::uint16_t* columns = nullptr;
    std::int32_t* counts = nullptr;
    std::int64_t pitch = 0;
    float* keptShare = nullptr;  ///< [Hq, NQ] or null
    float* mass = nullptr;       ///< [Hq, NQ, NK] or null
    float threshold[kMaxHeads] = {};
};

}  // namespace reelquery::kernels::cuda
