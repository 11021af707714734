#pragma once
// What an answer is written with: the keys and values, and on a card the captured step over them.

#include <cstdint>
#include <memory>
#include <string>

#include "core/model/kv_cache.h"

namespace reelquery {

class TokenGraph;

/// Made by LanguageModel::makeSession. The captured step shares the model's weights, so a session
/// may outlive the model. Confined to one thread.
class DecodeSession {
  public:
    /// mayCapture false: decoding on a card goes kernel by kernel, for comparisons.
    explicit DecodeSession(KvCache cache, bool mayCapture = true);
    DecodeSession(DecodeSession&&) noexcept;
    DecodeSession& operator=(DecodeSession&&) noexcept;
    ~DecodeSession();

    /// What the prompt is read into. It may grow: the step is captured anew then.
    KvCache& cache() { return cache_; }

    const KvCache& cache() const { return cache_; }

    /// How tokens are decoded: "CUDA graph", "kernel by kernel (why)"; empty on the CPU and before
    /// LanguageModel::prepare or the first token.
    std::string mode() const;

  private:
    friend class LanguageModel;

    KvCache cache_;
    bool mayCapture_;
    std::unique_ptr<TokenGraph> graph_;  // behind the cache, whose memory it names
    std::int64_t graphMoves_ = 0;        // cache_.moves() when the graph was made
};

}  // namespace reelquery
