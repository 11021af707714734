#pragma once
// One question from plan to last word, on the engine's thread.

#include <string>

#include "core/base/cancel.h"
#include "core/session/keep/warm_state.h"
#include "core/session/session.h"

namespace reelquery {

/// Answers `request` with the warm model, loading it first where another or none is there, and
/// with warm features, keys and values where the request allows it. Sends PlanReady, Progress,
/// FrameSeen and AnswerDelta for `id`. What was said so far stands in `said`, also when this
/// throws. Errors: kVideo, kModel, kDevice, kMemory, kUsage, kCancelled (within 0.5 s of a stop).
AnswerReport answerQuestion(const AskRequest& request, RequestId id, WarmState& warm,
                            const EventSink& sink, const CancelToken& cancel, std::string& said);

}  // namespace reelquery
