#pragma once
// The engine for several askers: each gets the events of its own request, and they answer in turn.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "core/session/session.h"

namespace reelquery {

/// Makes the session whose events go to the sink.
using MakeSession = std::function<std::unique_ptr<Session>(EventSink)>;

/// What ends a request that goes well: its done event, or the plan that asking also sends early.
enum class EndsWith { kDone, kPlan };

/// Events of one request, filled by the engine's threads, read by one asker.
class Mailbox {
  public:
    void put(const Event& event);

    /// The next event, or nothing where none came in time.
    std::optional<Event> takeWithin(std::chrono::milliseconds patience);

  private:
    std::mutex mutex_;
    std::condition_variable filled_;
    std::deque<Event> events_;  // guarded by mutex_
};

/// Who may answer now, and who waits in which place. Synchronised by mutex_; thread: any.
class Turns {
  public:
    explicit Turns(std::size_t mostWaiting) : mostWaiting_(mostWaiting) {}

    using Ticket = std::uint64_t;

    /// Stands at the end; nothing where too many wait.
    std::optional<Ticket> join();

    /// How many are before this one, 0: it is its turn. Returns at once where that is not `known`
    /// (any more), else when it changes or the patience has run out.
    std::size_t placeAfter(Ticket ticket, std::optional<std::size_t> known,
                           std::chrono::milliseconds patience);

    void leave(Ticket ticket);

    std::size_t size() const;

  private:
    std::size_t placeOf(Ticket ticket) const;  // mutex_ is held

    const std::size_t mostWaiting_;
    mutable std::mutex mutex_;
    std::condition_variable moved_;
    std::deque<Ticket> line_;  // guarded by mutex_; the first one's turn it is
    Ticket last_ = 0;          // guarded by mutex_
};

/// One request on its way. Its destructor stops it and waits for its end.
class DeskRequest {
  public:
    DeskRequest(Session& session, RequestId id, EndsWith endsWith, std::shared_ptr<Mailbox> mailbox,
                std::function<void()> forget);
    ~DeskRequest();
    DeskRequest(const DeskRequest&) = delete;
    DeskRequest& operator=(const DeskRequest&) = delete;

    /// As Mailbox::takeWithin; nothing comes after the event that ends it.
    std::optional<Event> next(std::chrono::milliseconds patience);

    bool hasEnded() const { return hasEnded_; }

    void cancel() { session_.cancel(id_); }

  private:
    Session& session_;
    const RequestId id_;
    const EndsWith endsWith_;
    const std::shared_ptr<Mailbox> mailbox_;
    const std::function<void()> forget_;
    bool hasEnded_ = false;
};

/// Thread: any. Outlives its requests.
class EngineDesk {
  public:
    explicit EngineDesk(const MakeSession& makeSession);

    /// Starts a request; `ask` calls one method of the session and returns its id.
    std::unique_ptr<DeskRequest> start(const std::function<RequestId(Session&)>& ask,
                                       EndsWith endsWith = EndsWith::kDone);

  private:
    void deliver(const Event& event);

    std::mutex mutex_;
    std::map<RequestId, std::shared_ptr<Mailbox>> mailboxes_;  // guarded by mutex_
    std::unique_ptr<Session> session_;  // last: its threads end before what they deliver to
};

}  // namespace reelquery
