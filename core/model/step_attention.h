#pragma once
// What a decoder layer does not decide itself: how q and k are rotated, where keys and values go
// and what attends to them. One class for each way of running a step. Internal to core/model.
// n tokens of the step, Hq/Hkv heads, D head dimension.

#include <ATen/ATen.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "core/attention/attention_backend.h"
#include "core/base/cancel.h"
#include "core/model/kv_cache.h"
#include "core/spec/model_config.h"

namespace reelquery {

/// Borrows what it works on for one step through all layers.
class StepAttention {
  public:
    virtual ~StepAttention() = default;

    /// Rotates q and k, keeps k and v, attends to all that is kept. q [n, Hq*D], k and v [n, Hkv*D]
    /// of one layer, rows apart perhaps; q and k are used up. Returns [n, Hq*D].
    virtual at::Tensor attend(std::int64_t layer, const at::Tensor& q, const at::Tensor& k,
                              const at::Tensor& v) const = 0;
};

/// Any number of tokens through a cache: prefill by a backend, or one answer token.
class CacheAttention final : public StepAttention {
  public:
    /// The angles of the step's tokens, [n, D/2] each.
    CacheAttention(const TextConfig& config, KvCache& cache, at::Tensor cos, at::Tensor sin,
                   CancelToken cancel)
        : config_(config),
          cache_(cache),
          cos_(std::move(cos)),
          sin_(std::move(sin)),
          cancel_(std::move(cancel)) {}

    /// Attention of a prompt of this length goes through `backend` from now on, which tells
    /// `recorder` and goes by `density`. Without it n is 1 and attention dense.
    void readPromptWith(const AttentionBackend& backend, AttentionRecorder& recorder,
                        PromptDensity& density, std::int64_t promptTokens) {
        backend_ = &backend;
        recorder_ = &recorder;
        density_ = &density;
        promptTokens_ = promptTokens;
    }

    /// Keys and values are written behind the cache's size. Errors: kCancelled.
    at::Tensor attend(std::int64_t layer, const at::Tensor& q, const at::Tensor& k,
                      const at::Tensor& v) const override;

  private:
    const TextConfig& config_;
    KvCache& cache_;
    at::Tensor cos_, sin_;
    CancelToken cancel_;
    const AttentionBackend* backend_ = nullptr;
    AttentionRecorder* recorder_ = nullptr;
    PromptDensity* density_ = nullptr;
    std::int64_t promptTokens_ = 0;
};

/// One answer token on a card, by the decoding kernel, which rotates and stores itself; see
/// token_attention.h for why everything is device memory. Waits for nothing, so that a step can be
/// captured. Requires whyNoTokenAttention() to be empty.
class TokenStepAttention final : public StepAttention {
  public:
    /// Keys and values of one layer, [Hkv, capacity, D] each.
    using Sides = std::vector<std::pair<at::Tensor, at::Tensor>>;

    /// cos, sin: [D/2] of the token's angles. held: [1] int64, tokens in the cache before this one.
    TokenStepAttention(const TextConfig& config, const Sides& sides, at::Tensor cos, at::Tensor sin,
                       at::Tensor held)
        : config_(config),
          sides_(sides),
          cos_(std::move(cos)),
          sin_(std::move(sin)),
          held_(std::move(held)) {}

    at::Tensor attend(std::int64_t layer, const at::Tensor& q, const at::Tensor& k,
                      const at::Tensor& v) const override;

  private:
    const TextConfig& config_;
    const Sides& sides_;
    at::Tensor cos_, sin_, held_;
};

}  // namespace reelquery
