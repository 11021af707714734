#pragma once
// Runs requests on a session and hands their events to the calling thread.

#include <functional>
#include <memory>
#include <optional>

#include "core/base/bounded_queue.h"
#include "core/session/session.h"

namespace reelquery {

/// Starts the request and returns its id.
using StartRequest = std::function<RequestId(Session&)>;

/// Shows one event; returns the exit code once the request has ended, or throws Error.
using ShowEvent = std::function<std::optional<int>(const Event&)>;

/// A session for requests one after the other. Thread: main.
class RequestLoop {
  public:
    explicit RequestLoop(const SessionStorage& storage);

    /// The same over the session that this makes.
    explicit RequestLoop(const std::function<std::unique_ptr<Session>(EventSink)>& makeOne);

    /// Runs one request until `show` returns a code. SIGINT and SIGTERM stop it; it then ends with
    /// Cancelled as usual.
    int run(const StartRequest& start, const ShowEvent& show);

  private:
    BoundedQueue<Event> events_;
    const std::unique_ptr<Session> session_;
};

}  // namespace reelquery
