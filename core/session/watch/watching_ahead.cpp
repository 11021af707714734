#include "core/session/watch/watching_ahead.h"

#include <ATen/ATen.h>

#include "core/session/ask/prepared_question.h"
#include "core/session/ask/reading_along.h"

namespace reelquery {

namespace {

/// Room for the words of a question, so that the cache it goes on in need not move.
constexpr std::int64_t kQuestionTokens = 256;

}  // namespace

void watchAhead(const AskContext& ask, WarmState& warm) {
    const bool isAuto = ask.question.asked.attention.kind == AttentionKind::kAuto;
    ReadingAlong along(
        ask, warm, {.prefixOnly = true, .keepsChunks = !isAuto, .spareTokens = kQuestionTokens});
    const PreparedQuestion prepared = prepareQuestion(ask, warm, &along);
    along.settle(prepared);
    if (!along.reading()) return;
    PrefillReport report;
    along.reading()->finish(report);
    warm.model().languageModel().prepare(along.session());
}

}  // namespace reelquery
