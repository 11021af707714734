#pragma once
// A closer look: the same question again, inside the moments that drew attention.

#include <optional>
#include <vector>

#include "core/answer/evidence.h"
#include "core/base/run_options.h"
#include "core/session/session.h"

namespace reelquery {

/// The evidence's moments, each widened by marginS on both sides, in order, merged where they
/// touch, not before 0. Empty without moments.
std::vector<TimeRange> zoomRanges(const Evidence& evidence, double marginS);

/// The request whose answer looks closer: only inside the moments of `report`, at least at the
/// request's own rate and twice as often as `report` saw. Nothing when there is no moment.
std::optional<AskRequest> zoomedRequest(const AskRequest& request, const AnswerReport& report);

}  // namespace reelquery
