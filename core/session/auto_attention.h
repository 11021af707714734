#pragma once
// The backend that a question asks for; what auto mode decides by is measured when it is first
// needed.

#include <memory>

#include "core/attention/attention_backend.h"
#include "core/base/cancel.h"
#include "core/session/warm_state.h"

namespace reelquery {

/// A backend for the warm model. For the automatic choice with the costs in `warm.measurements`,
/// which are measured (a second or two, once for each device, shape of heads and stride) and kept
/// where they are missing; on a device that cannot compute sparsely it keeps everything dense and
/// says why. Requires a warm model. Errors: as makeAttentionBackend; kCancelled.
std::unique_ptr<AttentionBackend> warmBackend(const AttentionOptions& options, WarmState& warm,
                                              const CancelToken& cancel);

}  // namespace reelquery
