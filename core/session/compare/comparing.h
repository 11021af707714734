#pragma once
// Runs the comparison of dense and sparse attention on one question, on the thread that owns the
// model.

#include "core/answer/answerer.h"
#include "core/session/keep/warm_state.h"

namespace reelquery {

/// Follows Note [Comparison protocol]; see Answerer::compare. The request's attention is the sparse
/// side's, and not kDense.
ComparisonReport compareQuestion(const AskContext& ask, int rounds, WarmState& warm);

}  // namespace reelquery
