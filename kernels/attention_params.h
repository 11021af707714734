#pragma once
// Plain descriptions of attention problems, shared by the reference, CPU and CUDA kernels.
// Symbols: Hq query heads, Hkv key/value heads, Lq queries, Lk keys, D head dimension.

#include <cstdint>

namespace reelquery::kernels {

enum class Dtype { kFloat32, kBfloat16 };

/// A read-only [heads, tokens, D] tensor; D is contiguous, the other strides count elements, so a
/// key/value cache (one contiguous run of tokens a head, no pages) is read where it lies.
struct HeadsView {
    const void* data = nullptr;
    std::int64_t headStride = 0;
    std::int64_t tokenStride = 0;
};

/// The same, written to.
struct MutableHeadsView {
    void* data = nullptr;
    std::int64_t headStride = 0;
    std::int64_t tokenStride = 0;
};

/// One attention problem, batch 1. Query head h reads key/value head h / (heads / kvHeads).
/// Causality is bottom-right: query i sits at position queryOffset() + i and sees the keys up to
/// it. Requires heads % kvHeads == 0 and queries <= keys when causal.
struct AttentionShape {
    int heads = 0;             ///< Hq
    int kvHeads = 0;           ///< Hkv
    int headDim = 0;           ///< D
    std::int64_t queries = 0;  ///< Lq (qo_len)
    std::int64_t keys = 0;     ///< Lk (kv_len)
    bool causal = true;
    float scale = 0;  ///< multiplies q.k, usually 1/sqrt(D)
    Dtype dtype = Dtype::kFloat32;

    /// Position of query 0 among the keys.
    constexpr std::int64_t queryOffset() const { return causal ? keys - queries : 0; }
};

struct AttentionInputs {
    AttentionShape shape;
    HeadsView q;  ///< [Hq, Lq, D]
    HeadsView k;  ///< [Hkv, Lk, D]
    HeadsView v;  ///< [Hkv, Lk, D]
};

}  // namespace reelquery::kernels
