#pragma once
// What comes before a question's words, done before there is a question.

#include "core/answer/answerer.h"
#include "core/session/keep/warm_state.h"

namespace reelquery {

/// Features and the keys and values of the prompt's beginning become warm, as answering would leave
/// them. Features reach the disk later (Answerer::idle, or the first answer): a question that waits
/// must not wait for it.
/// A stop keeps the whole chunks read so far, except under the automatic choice, which goes by what
/// it saw in the chunks before. Requires ask.question.asked.mayReuse. Sends PlanReady, Progress,
/// FrameSeen. Errors: as prepareQuestion.
void watchAhead(const AskContext& ask, WarmState& warm);

}  // namespace reelquery
