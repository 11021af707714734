#pragma once
// The answer's tokens: drawn, decoded to whole characters, sent out as they come.

#include <ATen/core/Tensor.h>

#include <chrono>
#include <string>

#include "core/answer/answerer.h"
#include "core/base/cancel.h"
#include "core/model/mrope.h"
#include "core/model/prompt_builder.h"
#include "core/model/sampler.h"
#include "core/session/keep/loaded_model.h"
#include "core/tokens/answer_text.h"

namespace reelquery {

/// Draws tokens until the model ends its answer or the limit is reached. Used once per answer, on
/// the engine's thread; borrows everything.
class AnswerWriter {
  public:
    /// `said` grows by what is sent.
    AnswerWriter(const AskRequest& request, RequestId id, const LoadedModel& model,
                 const AnswerSink& sink, std::string& said);

    /// logits: [V] float32, of the prompt's last token; overwritten. Sends AnswerDelta and
    /// Progress. Errors: kCancelled.
    /// What the first token waits for is done before it: the rate has nothing but tokens in it.
    StopReason write(at::Tensor logits, const PromptSequence& prompt,
                     const MropePositions& positions, DecodeSession& session,
                     const CancelToken& cancel);

    std::chrono::steady_clock::time_point firstToken() const { return firstToken_; }

    /// Tokens drawn, the closing one included.
    std::int64_t tokens() const { return tokens_; }

    /// What was drawn, without the closing token.
    const std::vector<TokenId>& ids() const { return ids_; }

    /// Whether the model got no further than its thoughts.
    bool isThinking() const { return text_.isThinking(); }

    /// Rate after the first token; 0 for an answer of one.
    double tokensPerS() const;

  private:
    void say(std::string text);

    const int limit_;
    const RequestId id_;
    const LoadedModel& model_;
    const AnswerSink& sink_;
    std::string& said_;
    Sampler sampler_;
    AnswerText text_;
    std::vector<TokenId> ids_;
    int tokens_ = 0;
    std::chrono::steady_clock::time_point firstToken_{}, last_{};
};

}  // namespace reelquery
