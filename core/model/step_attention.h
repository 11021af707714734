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

/// The rows of one layer's joint projection: q [n, Hq*D], k and v [n, Hkv*D], rows apart perhaps.
struct LayerRows {
    at::Tensor q, k, v;
};

/// Norms that the heads of q and k have still to pass before they are rotated, [D] each; undefined
/// in families without, and where the layer has normed them itself.
struct HeadNorms {
    at::Tensor q, k;
};

/// Borrows what it works on for one step through all layers.
class StepAttention {
  public:
    virtual ~StepAttention() = default;

    /// Whether attend() takes norms that are still to be passed.
    virtual bool norms(const at::Tensor& q) const = 0;

    /// Norms q and k where `norms` are defined, rotates them, keeps k and v, attends to all that is
    /// kept. q and k are used up. Returns [n, Hq*D].
    virtual at::Tensor attend(std::int64_t layer, const LayerRows& rows,
                              const HeadNorms& norms) const = 0;
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

    /// On a card, in one pass with the rotation.
    bool norms(const at::Tensor& q) const override;

    /// Keys and values are written behind the cache's size. Errors: kCancelled.
    at::Tensor attend(std::int64_t layer, const LayerRows& rows,
                      const HeadNorms& norms) const override;

  private:
    /// x [n, heads*D], normed where there is a norm -> [heads, n, D], rotated.
    at::Tensor rotated(const at::Tensor& x, std::int64_t heads, const at::Tensor& norm) const;

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
    /// Keys and values of one layer, [Hkv, capacity, D] each, of 8 bits with scales [Hkv,
    /// capacity].
    struct LayerSides {
        at::Tensor keys, values, keyScales, valueScales;
    };

    using Sides = std::vector<LayerSides>;

    /// cos, sin: [D/2] of the token's angles. held: [1] int64, tokens in the cache before this one.
    TokenStepAttention(const TextConfig& config, const Sides& sides, at::Tensor cos, at::Tensor sin,
                       at::Tensor held)
        : config_(config),
          sides_(sides),
          cos_(std::move(cos)),
          sin_(std::move(sin)),
          held_(std::move(held)) {}

    /// The decoding kernel rotates only.
    bool norms(const at::Tensor&) const override { return false; }

    at::Tensor attend(std::int64_t layer, const LayerRows& rows,
                      const HeadNorms& norms) const override;

  private:
    const TextConfig& config_;
    const Sides& sides_;
    at::Tensor cos_, sin_, held_;
};

}  // namespace reelquery
