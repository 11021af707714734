#include "core/session/ask/answer_writer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

namespace reelquery {

namespace {

using Clock = std::chrono::steady_clock;

SamplerSettings samplerSettings(const GenerationOptions& wanted, const LoadedModel& model) {
    SamplerSettings settings;
    settings.temperature = wanted.temperature;
    settings.topK = wanted.topK;
    settings.topP = wanted.topP;
    settings.repetitionPenalty =
        wanted.repetitionPenalty.value_or(model.config().generation.repetitionPenalty);
    settings.seed = wanted.seed;
    settings.knownIds = model.tokenizer().knownIds();
    return settings;
}

}  // namespace

AnswerWriter::AnswerWriter(const AskRequest& request, RequestId id, const LoadedModel& model,
                           const AnswerSink& sink, std::string& said)
    : limit_(request.generation.maxNewTokens),
      id_(id),
      model_(model),
      sink_(sink),
      said_(said),
      sampler_(samplerSettings(request.generation, model)),
      decoder_(model.tokenizer()) {}

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
        say(decoder_.push(next));
        sink_(Progress{id_, Phase::kAnswer, tokens_, limit_});
        if (tokens_ < limit_) {
            const std::int64_t position = session.cache().size() + positions.delta;
            logits = model_.languageModel().decode(next, position, session, cancel);
        }
    }
    last_ = Clock::now();
    say(decoder_.finish());
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
