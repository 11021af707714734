#pragma once
// A key/value cache of 8 bits on NVIDIA GPUs: one token's values of a head share a scale.
// Symbols: Hq query heads, Hkv key/value heads, n tokens, D head dimension (64 or 128).
//
// value = code * scale, code -127..127, scale = largest / 127 of the token and head. A key with a
// large bias (Qwen2 and 2.5: norms of 600 to 900 in the first and last layer) loses what matters
// this way: such layers stay bf16, which is the caller's to see to. See attention_cuda.h for what
// holds of every call.

#include "kernels/attn/attention_cuda.h"

namespace reelquery::kernels {

/// [heads, capacity, D] of one kind, D contiguous. Strides count bytes and scales.
struct Int8Heads {
    std::int8_t* codes = nullptr;  ///< on 16 bytes
    std::int64_t headStride = 0;   ///< a multiple of 16
    std::int64_t tokenStride = 0;  ///< a multiple of 16
    float* scales = nullptr;       ///< on 16 bytes, [heads, capacity], tokens contiguous
    /// From head to head, a multiple of 4 and at least the capacity; so much memory for each.
    std::int64_t scaleStride = 0;
};

/// Tokens between bf16 and 8 bits. Offsets into a cache are the caller's: views of its tokens.
struct CudaInt8Tokens {
    int heads = 0;
    int headDim = 0;
    std::int64_t tokens = 0;
    MutableHeadsView plain;  ///< [heads, n, D] bf16, rows on 16 bytes
    Int8Heads packed;        ///< any first token: codes on 16 bytes, scales on 4
};

/// As CudaDecodeInputs, over a cache of 8 bits.
struct CudaInt8DecodeInputs {
    AttentionShape shape;        ///< queries 1, keys the capacity of the cache
    const void* q = nullptr;     ///< [Hq, D] bf16, before the rotation
    const void* k = nullptr;     ///< [Hkv, D] bf16, before the rotation
    const void* v = nullptr;     ///< [Hkv, D] bf16
    const float* cos = nullptr;  ///< [D/2] of the token's angles
    const float* sin = nullptr;  ///< [D/2]
    Int8Heads keys;              ///< rotated
    Int8Heads values;
    const std::int64_t* held = nullptr;  ///< tokens in the cache; the new one goes behind them
    void* out = nullptr;                 ///< [Hq, D] bf16
};

#pragma GCC visibility push(default)
extern "C" {

/// packed = plain, rounded to nearest; a row of zeros gets scale 0. A NaN or infinity makes its
/// token's scale NaN, so that nothing built on it looks well.
Status reelqueryCudaInt8Pack(const CudaInt8Tokens* call, CudaStream stream);

/// plain = packed, rounded once to bf16: a layer's scratch for a prefill.
Status reelqueryCudaInt8Unpack(const CudaInt8Tokens* call, CudaStream stream);

/// reelqueryCudaDecode over a cache of 8 bits; the new token is rounded before it is attended to.
/// Workspace: reelqueryCudaDecodeWorkspaceBytes. The same independence of the capacity.
Status reelqueryCudaInt8Decode(const CudaInt8DecodeInputs* inputs, CudaWorkspace workspace,
                               CudaStream stream);

}  // extern "C"
#pragma GCC visibility pop

}  // namespace reelquery::kernels
