#pragma once
// A session whose requests are made one after the other from one thread.

#include <functional>
#include <memory>

#include "core/base/bounded_queue.h"
#include "core/session/session.h"

namespace reelquery {

/// Starts a session that sends its events to the sink; makeSession, or a scripted one in tests.
using SessionFactory = std::function<std::unique_ptr<Session>(EventSink)>;

/// Confined to the thread that made it.
class SessionCaller {
  public:
    /// `stopWanted` is polled a few times a second; once true, the running request is cancelled.
    SessionCaller(const SessionFactory& make, std::function<bool()> stopWanted);

    /// Lets the session's thread go even where it waits for room in the queue.
    ~SessionCaller() { events_.close(); }

    SessionCaller(const SessionCaller&) = delete;
    SessionCaller& operator=(const SessionCaller&) = delete;

    /// Gets every event of a request but its last.
    using Watch = std::function<void(const Event&)>;

    /// Waits for the end: AnswerDone, Failed or Cancelled.
    Event ask(const AskRequest& request, const Watch& watch = {});

    /// Waits for the end: ComparisonDone, Failed or Cancelled.
    Event compare(const CompareRequest& request, const Watch& watch = {});

    bool stopWanted() const { return stopWanted_(); }

  private:
    Event waitFor(RequestId request, const Watch& watch);

    std::function<bool()> stopWanted_;
    BoundedQueue<Event> events_;
    std::unique_ptr<Session> session_;  // last: its thread pushes into the queue until it is gone
};

}  // namespace reelquery
