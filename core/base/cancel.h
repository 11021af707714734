#pragma once
// Cooperative cancellation: one std::stop_token per request, polled by every loop that can take
// long.

#include <stop_token>

#include "core/base/error.h"

namespace reelquery {

using CancelToken = std::stop_token;

/// Throws Error{kCancelled} once a stop was requested. Poll at least every 0.2 s of work.
inline void throwIfCancelled(const CancelToken& token) {
    if (token.stop_requested()) throw Error(ErrorCode::kCancelled, "stopped");
}

}  // namespace reelquery
