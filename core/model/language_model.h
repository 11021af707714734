#pragma once
// The language model: prefill in chunks, then one token at a time.
// L prompt tokens, H hidden size, V vocabulary rows.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "core/attention/attention_backend.h"
#include "core/attention/attention_stats.h"
#include "core/base/cancel.h"
#include "core/base/run_options.h"
#include "core/device/stage_observer.h"
#include "core/device/vision_features.h"
#include "core/model/decode_session.h"
#include "core/model/kv_cache.h"
#include "core/model/mrope.h"
#include "core/spec/model_config.h"

namespace reelquery {

class WeightSource;

/// Done and total tokens.
using TokenProgress = std::function<void(std::int64_t done, std::int64_t total)>;

/// One prompt to read. Borrows everything.
struct PrefillRequest {
    std::span<const TokenId> ids;     ///< [L] the whole prompt; the first cache.size() are skipped
    const MropePositions& positions;  ///< of the whole prompt
    const VisionFeatures& visionFeatures;  ///< of the N pads of the whole prompt, in order
    std::int64_t chunkTokens = 0;          ///< 0: chosen from the model's size
    /// A chunk ends after these, also in the middle of an attention block, so that their keys and
    /// values do not depend on what follows, to the last bit. 0: no such boundary.
    std::int64_t prefixTokens = 0;
    bool prefixOnly = false;   ///< read no further than prefixTokens: there are no logits then
    bool keepsChunks = false;  ///< a stop leaves in the cache what was read whole: to go on from
    TokenProgress progress = {};
    CancelToken cancel = {};
    StageObserver* observer = nullptr;
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
/// own. A cancelled or failed call leaves the cache at the size it had, but for keepsChunks.
class LanguageModel {
  public:
    /// Takes the weights by hub name; the head is the embedding where there is none of its own.
    /// Errors: kModel; what `weights` throws.
    /// kv: how its caches keep keys and values; 8 bits not in layers that would lose by it
    /// (narrowKvLayers()).
    LanguageModel(const ModelConfig& config, const WeightSource& weights,
                  KvChoice kv = KvChoice::kRun);
    ~LanguageModel();

    /// Errors of both: kMemory.
    KvCache makeCache(std::int64_t capacity) const;
    DecodeSession makeSession(std::int64_t capacity) const;

    /// Reads the rest of a prompt into the cache at a stretch; PromptReading does it bit by bit.
    /// Returns the logits of its last token, [V] float32 on the CPU; undefined with prefixOnly.
    /// Requires 0 <= cache.size() < L (prefixOnly: < prefixTokens) <= cache.capacity(), one feature
    /// row for each pad.
    /// Errors: kCancelled within 0.5 s of a stop; kMemory.
    at::Tensor prefill(const PrefillRequest& request, KvCache& cache,
                       const AttentionBackend& backend, PrefillReport& report) const;

    /// Captures the session's decoding step in a CUDA graph (some 30 ms) where that can be done and
    /// has not been, so that no token waits for it. Nothing to do on the CPU. Errors: kMemory,
    /// kDevice.
    void prepare(DecodeSession& session) const;

    /// Reads one answer token at `position` (the same on all axes). Returns logits as prefill does.
    /// Attention is dense. Prepares the session where nobody did. Requires room in its cache.
    /// Errors: kCancelled, kMemory.
    at::Tensor decode(TokenId id, std::int64_t position, DecodeSession& session,
                      const CancelToken& cancel) const;

    /// chunkLength() of this model.
    std::int64_t defaultChunk() const;

  private:
    friend class PromptReading;

    struct Weights;
    std::shared_ptr<const Weights> weights_;  // shared with the captured steps of its sessions
};

}  // namespace reelquery
