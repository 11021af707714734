#pragma once
// From the moments an answer looked at to the stretches a closer look takes its frames from.

#include <vector>

#include "app/gui/state/exchange.h"
#include "core/base/run_options.h"
#include "core/session/evidence.h"

namespace reelquery {

/// The three strongest moments, each with some time around it, at least four seconds long, inside
/// `limits`; in order, and as one where they touch. Empty without moments inside the limits.
std::vector<TimeRange> closerRanges(const std::vector<Moment>& moments, TimeRange limits);

/// True for an answer that stands alone and has moments, until a closer look at it is finished.
bool wantsCloserLook(const Exchange& exchange);

}  // namespace reelquery
