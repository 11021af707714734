#pragma once
// The last kernel of split-KV: merges the parts of every row, see Note [Parts of the keys].

#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include <cstdint>

#include "kernels/status.h"

namespace reelquery::kernels::cuda {

/// What the parts of a call leave for their merging. Rows: (key/value head, query, query head of
/// the group), so that with one query a row is a query head.
struct Parts {
    float* sums = nullptr;   ///< [parts, rows, D] weighted values; weights relative to the maximum
    float2* tops = nullptr;  ///< [parts, rows] largest score times scale * log2(e), or -inf where
                             ///< the row saw nothing there; then the sum of the weights
};

struct MergeParams {
    Parts parts;
    int partCount = 0;   ///< at most kMostParts
    int rows = 0;        ///< Hkv * Lq * G
    int queries = 0;     ///< Lq
    int headsPerKv = 0;  ///< G
    int headDim = 0;     ///< D, 64 or 128
    /// Null where all parts are in use; else tokens in the cache before the new one, from which
    /// partsInUse() follows.
    const std::int64_t* held = nullptr;
    std::int64_t capacity = 0;     ///< of that cache
    __nv_bfloat16* out = nullptr;  ///< [Hq, Lq, D]
    std::int64_t outHeadStride = 0;
    std::int64_t outTokenStride = 0;
};

/// Writes softmax-weighted values, zeros where no part saw a key. A NaN stays one. Deterministic.
Status launchMergeParts(const MergeParams& p, cudaStream_t stream);

/// A kernel of this object file, see reelqueryCudaProbe.
const void* mergePartsImage();

}  // namespace reelquery::kernels::cuda
