#pragma once
// Runs the comparison of dense and sparse attention on one question, on the engine's thread.

#include <memory>

#include "core/base/cancel.h"
#include "core/session/comparison.h"
#include "core/session/loaded_model.h"
#include "core/session/session.h"

namespace reelquery {

/// Follows Note [Comparison protocol]. Sends PlanReady, Progress, FrameSeen and ComparisonStep for
/// `id`. Requires rounds >= 1 and request.ask.attention.kind == kXAttention (the sparse side).
/// Errors: as answerQuestion.
ComparisonReport compareQuestion(const CompareRequest& request, RequestId id,
                                 std::unique_ptr<LoadedModel>& slot, const EventSink& sink,
                                 const CancelToken& cancel);

}  // namespace reelquery
