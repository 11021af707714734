#include "core/session/ask/answer_writer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

namespace reelquery {

namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

AnswerWriter::AnswerWriter(const AskRequest& request, RequestId id, const LoadedModel& model,
                           const AnswerSink& sink, std::string& said)
    : limit_(request.generation.maxNewTokens),
      id_(id),
      model_(model),
      sink_(sink),
      said_(said),
      sampler_(samplerSettings(request.generation, model.config().generation,
                               model.tokenizer().knownIds())),
      text_(model.tokenizer(), model.config().prompt.opensThought) {}

StopReason AnswerWriter::write(at::Tensor logits, const PromptSequence& prompt,
                               const MropePositions& positions, DecodeSession& session,
                               const CancelToken& cancel) {
    sampler_.see(prompt.ids);
    const auto& ends = model_.config().generation.eosIds;
    StopReason reason = StopReason::kTokenLimit;
    if (limit_ > 1) model_.languageModel().prepare(session);
    while (tokens_ < limit_) {
        throwIfCancelled(cancel);
        const TokenId next = sampler_.pick(
            {logits.mutable_data_ptr<float>(), static_cast<std::size_t>(logits.numel())});
        if (tokens_ == 0) firstToken_ = Clock::now();
        ++tokens_;
        if (std::find(ends.begin(), ends.end(), next) != ends.end()) {
            reason = StopReason::kEndOfAnswer;
            break;
        }
        ids_.push_back(next);
        sampler_.see({&next, 1});
        say(text_.push(next));
        sink_(Progress{id_, Phase::kAnswer, tokens_, limit_});
        if (tokens_ < limit_) {
            const std::int64_t position = session.cache().size() + positions.delta;
            logits = model_.languageModel().decode(next, position, session, cancel);
        }
    }
    last_ = Clock::now();
    say(text_.finish());
    return reason;
}

double AnswerWriter::tokensPerS() const {
    const double seconds = std::chrono::duration<double>(last_ - firstToken_).count();
    return tokens_ > 1 && seconds > 0 ? static_cast<double>(tokens_ - 1) / seconds : 0;
}

void AnswerWriter::say(std::string text) {
    if (text.empty()) return;
    said_ += text;
    sink_(AnswerDelta{id_, std::move(text)});
}

}  // namespace reelquery
