#pragma once
// Runs requests on a session and hands their events to the calling thread.

#include <functional>
#include <memory>
#include <optional>

#include "core/base/bounded_queue.h"
#include "core/session/session.h"

namespace reelquery {

/// Starts the request on the session and returns its id.
using StartRequest = std::function<RequestId(Session&)>;

/// Shows one event; returns the exit code once the request has ended, or throws Error.
using ShowEvent = std::function<std::optional<int>(const Event&)>;

/// A session whose requests run one after another: a later one finds warm what an earlier one left.
/// Thread: main, one loop at a time.
class RequestLoop {
  public:
    RequestLoop();

    /// Runs until `show` returns a code. SIGINT and SIGTERM stop the request, which then ends with
    /// Cancelled as usual.
    int run(const StartRequest& start, const ShowEvent& show);

  private:
    BoundedQueue<Event> events_;
    std::unique_ptr<Session> session_;  // last: its events go into the queue
};

/// One request on a loop of its own.
int runRequest(const StartRequest& start, const ShowEvent& show);

}  // namespace reelquery
