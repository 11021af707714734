#pragma once
// Attention of one token over keys and values of 8 bits, each with a scale for its token and head.
// Hq query heads, Hkv key/value heads, D features of a head, n keys.

#include <cstdint>

#include "kernels/cpu/cpu_isa.h"
#include "kernels/cpu/narrow_piece.h"
#include "kernels/cpu/workers.h"

namespace reelquery::kernels {

/// Keys and values are read as they are kept; sums and softmax are float32.
struct NarrowAttention {
    const float* q = nullptr;                      ///< [Hq][D]
    std::int64_t heads = 0, kvHeads = 0, dim = 0;  ///< D at most kMostNarrowDim
    std::int64_t keys = 0;                         ///< n >= 1, all seen
    const std::int8_t* k = nullptr;                ///< [Hkv][..][D]
    const std::int8_t* v = nullptr;
    std::int64_t headStride = 0;     ///< values between the heads of k and of v
    const float* kScales = nullptr;  ///< [Hkv][..]
    const float* vScales = nullptr;
    std::int64_t scaleStride = 0;  ///< between the heads of the scales
    float scale = 1;               ///< of the scores
    float* out = nullptr;          ///< [Hq][D]
};

/// The keys of a head are shared out among the workers and the parts put together afterwards.
void attendNarrow(Workers& workers, CpuIsa isa, const NarrowAttention& call);

}  // namespace reelquery::kernels
