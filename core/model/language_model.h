#pragma once
// The Qwen2 language model: prefill in chunks, then one token at a time.
// L prompt tokens, H hidden size, V vocabulary rows.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "core/attention/attention_backend.h"
#include "core/attention/attention_stats.h"
#include "core/base/cancel.h"
#include "core/model/kv_cache.h"
#include "core/model/mrope.h"
#include "core/spec/model_config.h"
#include "core/weights/checkpoint.h"

namespace reelquery {

/// Called with a stage's name ("lm.layer_0.attn") and value; for tests and tools.
using StageHook = std::function<void(const std::string& stage, const at::Tensor& value)>;

/// Done and total tokens.
using TokenProgress = std::function<void(std::int64_t done, std::int64_t total)>;

/// One prompt to read. Borrows everything.
struct PrefillRequest {
    std::span<const TokenId> ids;      ///< [L] the whole prompt; the first cache.size() are skipped
    const MropePositions& positions;   ///< of the whole prompt
    const at::Tensor& visionFeatures;  ///< [N, H] rows for the N pads of the whole prompt, in
                                       ///< order; undefined where there are none
    std::int64_t chunkTokens = 0;      ///< 0: chosen from the model's size
    /// A chunk ends after these, also in the middle of an attention block, so that their keys and
    /// values do not depend on what follows, to the last bit. 0: no such boundary.
    std::int64_t prefixTokens = 0;
    TokenProgress progress;
    CancelToken cancel;
    StageHook hook;
};

/// What a prefill cost.
struct PrefillReport {
    std::int64_t tokens = 0;  ///< read now, reused ones left out
    double seconds = 0;
    double attentionS = 0;     ///< of that, attention with its selection
    double selectionS = 0;     ///< of that, selection
    AttentionStats attention;  ///< one call for each chunk and layer
};

/// Weights and sizes; immutable after construction, so any thread may use it with a cache of its
/// own. A cancelled or failed call leaves the cache at the size it had.
class LanguageModel {
  public:
    /// Takes the weights by hub name; lm_head falls back to the embedding where `hasHead` is false.
    LanguageModel(const ModelConfig& config, const ComputeTarget& target,
                  const WeightLookup& weights, bool hasHead);
    ~LanguageModel();

    KvCache makeCache(std::int64_t capacity) const;

    /// Reads the rest of a prompt into the cache. Returns the logits of its last token, [V]
    /// float32 on the CPU. Requires 0 <= cache.size() < L <= cache.capacity(), one feature row for
    /// each pad.
    /// Errors: kCancelled within 0.5 s of a stop; kMemory.
    at::Tensor prefill(const PrefillRequest& request, KvCache& cache,
                       const AttentionBackend& backend, PrefillReport& report) const;

    /// Reads one answer token at `position` (the same on all axes). Returns logits as prefill does.
    /// Attention is dense. On a GPU that the kernels serve the step is captured in a CUDA graph at
    /// the first token (some 30 ms); the cache must not outlive the model then. Requires room in
    /// the cache. Errors: kCancelled, kMemory.
    at::Tensor decode(TokenId id, std::int64_t position, KvCache& cache,
                      const CancelToken& cancel) const;

    /// Tokens per chunk that keep a stop within half a second and the work memory small.
    std::int64_t defaultChunk() const;

  private:
    /// The cache's decoding step on a GPU, made at the first token.
    TokenGraph& tokenGraph(KvCache& cache) const;

    struct Weights;
    std::unique_ptr<const Weights> weights_;
};

}  // namespace reelquery
