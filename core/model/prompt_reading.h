#pragma once
// One prompt on its way into a cache, chunk by chunk, as far as its video is encoded.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>

#include "core/model/language_model.h"

namespace reelquery {

/// The one loop that reads prompts: LanguageModel::prefill() runs it at a stretch, whoever encodes
/// a video beside it calls readTo() whenever more of it is there. Chunks begin and end where they
/// would in one stretch and see the same rows, so what is computed is the same to the last bit.
/// Borrows everything in the request, the model, the cache and the backend. Confined to one thread.
///
/// Unless finish() was reached its destruction cuts the cache back to the size it had, or with
/// request.keepsChunks to the chunks that were read whole.
class PromptReading {
  public:
    /// request.visionFeatures may still be growing: rows that readTo() was not told of are not
    /// looked at. Nothing is read here.
    PromptReading(const LanguageModel& model, const PrefillRequest& request, KvCache& cache,
                  const AttentionBackend& backend);
    ~PromptReading();

    PromptReading(const PromptReading&) = delete;
    PromptReading& operator=(const PromptReading&) = delete;

    /// Reads the chunks before request.prefixTokens whose pads all lie among the first `rows` of
    /// the vision features; nothing where there is none. Errors: as LanguageModel::prefill; after
    /// one the reading is of no use any more.
    void readTo(std::int64_t rows);

    /// Reads what is left, all features being there. Returns and reports what
    /// LanguageModel::prefill does, with the seconds that all its calls took. Used once.
    at::Tensor finish(PrefillReport& report);

    /// Seconds spent in all calls so far.
    double seconds() const;

    /// Tokens the cache held before.
    std::int64_t reusedTokens() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace reelquery
