#pragma once
// The backend that a question asks for; what auto mode decides by is measured when it is first
// needed.

#include <cstdint>
#include <memory>

#include "core/attention/attention_backend.h"
#include "core/base/cancel.h"
#include "core/session/keep/warm_state.h"

namespace reelquery {

/// A backend for the warm model. `questionTokens`: the prompt's words behind the video, dense where
/// the options leave that to the session (kDenseQuestion). For the automatic choice with the costs
/// in `warm.measurements`, which are measured (a second or two, once for each device, shape of
/// heads and selector) and kept where they are missing; on a device that cannot compute sparsely it
/// keeps everything dense and says why. Requires a warm model. Errors: as makeAttentionBackend;
/// kCancelled.
std::unique_ptr<AttentionBackend> warmBackend(AttentionOptions options, std::int64_t questionTokens,
                                              WarmState& warm, const CancelToken& cancel);

}  // namespace reelquery
