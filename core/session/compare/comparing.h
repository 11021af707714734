#pragma once
// Runs the comparison of dense and sparse attention on one question, on the engine's thread.

#include "core/base/cancel.h"
#include "core/session/compare/comparison.h"
#include "core/session/keep/warm_state.h"
#include "core/session/session.h"

namespace reelquery {

/// Follows Note [Comparison protocol]. Sends PlanReady, Progress, FrameSeen and ComparisonStep for
/// `id`. Requires rounds >= 1 and request.ask.attention.kind != kDense (the sparse side).
/// Errors: as answerQuestion.
ComparisonReport compareQuestion(const CompareRequest& request, RequestId id, WarmState& warm,
                                 const EventSink& sink, const CancelToken& cancel);

}  // namespace reelquery
