#pragma once
// One layer of the language model. Internal to core/model; see language_model.h.
// n tokens at a time, H hidden size, Hq/Hkv heads, D head dimension.

#include <ATen/ATen.h>

#include <cstdint>
#include <functional>
#include <string>

#include "core/attention/attention_backend.h"
#include "core/base/cancel.h"
#include "core/model/kv_cache.h"
#include "core/spec/model_config.h"
#include "core/weights/checkpoint.h"
#include "core/weights/joint_linear.h"

namespace reelquery {

/// What all layers of one step share.
struct LayerStep {
    const at::Tensor& cos;  ///< [n, D/2]
    const at::Tensor& sin;  ///< [n, D/2]
    KvCache& cache;         ///< holds the tokens before; the step's own are written behind them
    const AttentionBackend* backend = nullptr;  ///< null while answering: n is 1, dense
    AttentionRecorder* recorder = nullptr;
    PromptDensity* density = nullptr;
    std::int64_t promptTokens = 0;
    CancelToken cancel;
    const std::function<void(const std::string&, const at::Tensor&)>& hook;
};

/// One answer token on a GPU; see token_attention.h for why everything is device memory.
struct TokenStep {
    const at::Tensor& cos;     ///< [D/2]
    const at::Tensor& sin;     ///< [D/2]
    const at::Tensor& keys;    ///< [Hkv, capacity, D] of this layer; gets the token's
    const at::Tensor& values;  ///< [Hkv, capacity, D]
    const at::Tensor& held;    ///< [1] int64, tokens in the cache before this one
};

/// Immutable after construction.
class DecoderLayer {
  public:
    DecoderLayer(const TextConfig& config, std::int64_t index, const WeightLookup& weights);

    /// Adds attention and MLP to x, [n, H], in place. Errors: kCancelled.
    void run(at::Tensor& x, const LayerStep& step) const;

    /// The same for one token on a GPU, x [1, H], but for the sum with the MLP's output: that is
    /// returned, and the next layer takes it as `pending` (undefined in the first), adding it in
    /// one pass with its norm. Waits for nothing and allocates from torch only, so that it can be
    /// captured. Requires whyNoTokenAttention() to be empty.
    at::Tensor runToken(at::Tensor& x, const at::Tensor& pending, const TokenStep& step) const;

  private:
    at::Tensor attention(const at::Tensor& x, const LayerStep& step) const;
    at::Tensor mlp(const at::Tensor& normed, const CancelToken& cancel) const;
    void tell(const LayerStep& step, const char* stage, const at::Tensor& value) const;

    TextConfig config_;
    std::int64_t index_;
    at::Tensor inputNorm_, postNorm_;  // [H]
    JointLinear qkv_;                  // H -> Hq*D, Hkv*D, Hkv*D
    at::Tensor oWeight_;               // [H, Hq*D]
    JointLinear gateUp_;               // H -> I, I
    at::Tensor downWeight_;            // [H, I]
};

/// x / sqrt(mean(x^2) + eps) * weight over the last axis; the mean in float32.
at::Tensor rmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps);

}  // namespace reelquery
