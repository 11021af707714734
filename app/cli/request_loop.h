#pragma once
// Runs one request on a session of its own and hands its events to the calling thread.

#include <functional>
#include <optional>

#include "core/session/session.h"

namespace reelquery {

/// Starts the request on a new session and returns its id.
using StartRequest = std::function<RequestId(Session&)>;

/// Shows one event; returns the exit code once the request has ended, or throws Error.
using ShowEvent = std::function<std::optional<int>(const Event&)>;

/// Runs until `show` returns a code. SIGINT and SIGTERM stop the request, which then ends with
/// Cancelled as usual. Thread: main, one call at a time.
int runRequest(const StartRequest& start, const ShowEvent& show);

}  // namespace reelquery
