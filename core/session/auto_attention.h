#pragma once
// What auto mode decides by on this machine, measured when it is first needed.

#include "core/attention/auto_rule.h"
#include "core/base/cancel.h"
#include "core/session/loaded_model.h"
#include "core/session/measurements.h"

namespace reelquery {

/// The rule for a model on its device at a stride: from the costs in `measurements`, which are
/// measured (a second or two, once) and kept where they are missing. A device that cannot compute
/// sparsely gets a rule that keeps everything dense and says why. Errors: kCancelled.
AutoRule autoRule(const LoadedModel& model, int stride, Measurements& measurements,
                  const CancelToken& cancel);

}  // namespace reelquery
