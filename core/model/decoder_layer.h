#pragma once
// One layer of the language model. Internal to core/model; see language_model.h.
// n tokens at a time, H hidden size, Hq/Hkv heads, D head dimension.

#include <ATen/ATen.h>

#include <cstdint>

#include "core/base/cancel.h"
#include "core/device/stage_observer.h"
#include "core/model/step_attention.h"
#include "core/spec/model_config.h"
#include "core/weights/weight_source.h"

namespace reelquery {

/// What all layers of one step share.
struct LayerStep {
    const StepAttention& attention;
    CancelToken cancel;
    StageObserver* observer = nullptr;
};

/// Immutable after construction.
class DecoderLayer {
  public:
    /// Errors: as WeightSource::linear.
    DecoderLayer(const TextConfig& config, std::int64_t index, const WeightSource& weights);

    /// Adds `pending` and attention to x, [n, H], in place. The MLP's output is returned instead of
    /// added: the next layer takes it as its `pending` (undefined in the first) and adds it in one
    /// pass with its norm. An observer sees every sum, so nothing is left pending then.
    /// The same body serves a prompt's chunk, one token, and one token being captured.
    /// Errors: kCancelled.
    at::Tensor run(at::Tensor& x, const at::Tensor& pending, const LayerStep& step) const;

  private:
    at::Tensor attention(const at::Tensor& normed, const LayerStep& step) const;
    at::Tensor mlp(const at::Tensor& normed, const CancelToken& cancel) const;
    at::Tensor normHeads(const at::Tensor& x, const at::Tensor& weight) const;
    void tell(const LayerStep& step, const char* stage, const at::Tensor& value) const;

    TextConfig config_;
    std::int64_t index_;
    at::Tensor inputNorm_, postNorm_;  // [H]
    Linear qkv_;                       // H -> Hq*D, Hkv*D, Hkv*D
    at::Tensor qNorm_, kNorm_;         // [D]; undefined in families without
    Linear o_;                         // Hq*D -> H
    Linear gateUp_;                    // H -> I, I
    Linear down_;                      // I -> H
};

/// x / sqrt(mean(x^2) + eps) * weight over the last axis; the mean in float32. x: [n, any].
at::Tensor rmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps);

}  // namespace reelquery
