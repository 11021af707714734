#pragma once
// How a language-model layer asks for attention. Symbols: Hq query heads, Hkv key/value heads,
// Lq queries, Lk keys, D head dimension.

#include <cstdint>
#include <stop_token>
#include <string>

namespace at {
class Tensor;
}

namespace reelquery {

class AttentionRecorder;
class PromptDensity;

/// One layer's attention, batch 1, after the rotary embedding. The tensors may be strided views (of
/// a projection, of the key/value cache) as long as D is contiguous; nothing is copied.
/// Query head h reads key/value head h / (Hq / Hkv).
struct AttentionCall {
    const at::Tensor& q;  ///< [Hq, Lq, D] float32 or bf16
    const at::Tensor& k;  ///< [Hkv, Lk, D], Lk >= Lq when causal
    const at::Tensor& v;  ///< [Hkv, Lk, D]
    int layer = 0;
    std::int64_t promptTokens = 0;  ///< length of the whole prompt, also when it comes in chunks;
                                    ///< keys at or past it belong to the answer
    float scale = 0;                ///< multiplies q.k, usually 1/sqrt(D)
    /// Bottom-right causality: query i sits at position Lk - Lq + i and sees the keys up to it.
    bool causal = true;
    std::stop_token stop = {};  ///< polled inside; once requested the result is undefined
    /// What earlier calls of this prompt found, for the automatic choice, which adds what this one
    /// finds. Null: every call stands for itself.
    PromptDensity* density = nullptr;
};

/// Computes attention one way. Immutable after construction; attend() may not run concurrently on
/// one object, because its workers are shared.
class AttentionBackend {
  public:
    virtual ~AttentionBackend() = default;

    /// softmax(scale * q k^T) v, exactly or over the blocks this backend keeps.
    /// Returns [Lq, Hq*D] contiguous, of q's type and device: token-major, as the output projection
    /// reads it. recorder: null, or gets one entry for this call; it changes nothing of the result.
    /// Errors: Error{kInternal} for shapes that break the contract above, {kDevice} or {kMemory}
    /// for failures of the device. A stop request makes it return early with undefined contents:
    /// the caller polls its token after the call.
    virtual at::Tensor attend(const AttentionCall& call, AttentionRecorder* recorder) const = 0;

    /// For reports and messages, e.g. "dense" or "xattention S=16 tau=0.90".
    virtual std::string name() const = 0;
};

}  // namespace reelquery
