#pragma once
// Whisper's decoder: from what was heard and what was said to the next token.
// B windows side by side, n tokens of each.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/cancel.h"
#include "core/speech/speech_config.h"
#include "core/speech/speech_encoder.h"

namespace reelquery {

struct KeysValues;

/// What the decoder keeps of B windows: keys and values of what was heard, once a window, and of
/// the tokens so far. Confined to one thread. B is at least 1.
class SpeechCache {
  public:
    SpeechCache();
    SpeechCache(SpeechCache&&) noexcept;
    SpeechCache& operator=(SpeechCache&&) noexcept;
    ~SpeechCache();

    std::int64_t tokens() const { return tokens_; }

    std::int64_t windows() const;

    /// Forgets the tokens, not what was heard.
    void clearTokens() { tokens_ = 0; }

    /// A cache of these windows, in this order; what was heard is shared where they are all.
    SpeechCache select(const std::vector<std::int64_t>& windows) const;

  private:
    friend class SpeechDecoder;
    std::vector<KeysValues> heard_;  // a layer: [B, heads, 1500, D]
    std::vector<KeysValues> said_;   // a layer: [B, heads, 448, D]
    std::int64_t tokens_ = 0;        // filled of the 448
};

/// Immutable. Thread: any number at a time, each with its own cache.
class SpeechDecoder {
  public:
    SpeechDecoder(const SpeechConfig& config, const SpeechWeights& weights);
    ~SpeechDecoder();

    /// Keys and values of states [B, 1500, d] for every layer.
    SpeechCache hear(const at::Tensor& states, const CancelToken& cancel) const;

    /// Goes on by n tokens in each window: tokens [B][n], all rows of one length. Returns float32
    /// logits of those from index `logitsFrom` on, [B, n - logitsFrom, V], where the model lies: a
    /// vocabulary a window is too much to carry away from a card for every token. Requires
    /// cache.tokens() + n <= 448, and n = 1 or an empty cache. Errors: kCancelled.
    at::Tensor step(SpeechCache& cache, const std::vector<std::vector<TokenId>>& tokens,
                    std::int64_t logitsFrom, const CancelToken& cancel,
                    const SpeechHook& hook = {}) const;

    /// How strongly each token looked at each place. Both where the model lies.
    struct Looking {
        at::Tensor weights;  ///< [heads of config.alignmentHeads, n, places], float32
        at::Tensor states;   ///< [n, d] behind the last layer
    };

    /// Runs over the tokens of one window anew, without keeping them; of the places the first
    /// `places` share the attention that is reported. window: of the cache. Errors: kCancelled.
    Looking lookAt(const SpeechCache& cache, std::int64_t window,
                   const std::vector<TokenId>& tokens, std::int64_t places,
                   const CancelToken& cancel) const;

    /// How probable each of `tokens` is behind its row of states [n, d], among the ids below `end`.
    /// Errors: kCancelled.
    std::vector<double> probabilities(const at::Tensor& states, const std::vector<TokenId>& tokens,
                                      TokenId end, const CancelToken& cancel) const;

  private:
    struct Weights;
    std::unique_ptr<const Weights> weights_;
};

}  // namespace reelquery
