#include "core/session/watch/watching_ahead.h"

#include "core/session/ask/auto_attention.h"
#include "core/session/ask/prepared_question.h"

namespace reelquery {

namespace {

/// Room for the words of a question, so that the cache it goes on in need not move.
constexpr std::int64_t kQuestionTokens = 256;

}  // namespace

void watchAhead(const AskContext& ask, WarmState& warm) {
    const AskRequest& request = ask.question.asked;
    const PreparedQuestion prepared = prepareQuestion(ask, warm);
    const LanguageModel& languageModel = warm.model().languageModel();
    const auto backend =
        warmBackend(prepared.question.attention, prepared.questionTokens(), warm, ask.cancel);
    PrefixOrigin origin = prefixOrigin(prepared.prompt, prepared.positions, prepared.featureKey,
                                       request.attention, backend->name());
    // Where rows of the video depend on the words, or nothing tells the video from another one.
    if (origin.ids.empty() || origin.features.empty()) return;
    const auto prefix = static_cast<std::int64_t>(origin.ids.size());
    DecodeSession& session =
        warm.prefix.open(std::move(origin), languageModel,
                         prepared.cacheTokens(request) + kQuestionTokens, ask.cancel);
    warm.announce(prepared.question.plan.workBytes);
    if (session.cache().size() < prefix) {
        PrefillReport report;
        languageModel.prefill(
            {.ids = prepared.prompt.ids,
             .positions = prepared.positions,
             .visionFeatures = *prepared.video,
             .prefixTokens = prefix,
             .prefixOnly = true,
             .keepsChunks = request.attention.kind != AttentionKind::kAuto,
             .progress =
                 [&](std::int64_t done, std::int64_t total) {
                     ask.sink(Progress{ask.request, Phase::kPrefill, done, total});
                 },
             .cancel = ask.cancel},
            session.cache(), *backend, report);
    }
    languageModel.prepare(session);
}

}  // namespace reelquery
