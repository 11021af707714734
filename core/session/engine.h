#pragma once
// The engine thread: takes requests in order, runs them one at a time, turns errors into events.

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <thread>

#include "core/session/keep/warm_state.h"
#include "core/session/session.h"

namespace reelquery {

/// Synchronised by mutex_; what is warm is confined to the engine thread.
class Engine final : public Session {
  public:
    Engine(EventSink sink, const SessionStorage& storage);
    ~Engine() override;

    RequestId openVideo(std::filesystem::path video) override;
    RequestId plan(AskRequest request) override;
    RequestId loadModel(ModelChoice model) override;
    RequestId ask(AskRequest request) override;
    RequestId compare(CompareRequest request) override;
    void cancel(RequestId request) override;

  private:
    /// What a request does; `partialAnswer` is where it leaves what was already said, should it
    /// fail.
    using Work =
        std::function<Event(RequestId, const std::stop_token&, std::string& partialAnswer)>;

    struct Job {
        RequestId id = 0;
        std::stop_source stop;
        Work work;
    };

    RequestId enqueue(Work work);

    void runJobs(const std::stop_token& quit);
    Event runOne(const Job& job) noexcept;

    const EventSink sink_;
    std::mutex mutex_;
    std::condition_variable_any jobOrQuit_;
    std::deque<Job> waiting_;                      // guarded by mutex_
    std::map<RequestId, std::stop_source> stops_;  // queued and running requests; guarded by mutex_
    RequestId lastId_ = 0;                         // guarded by mutex_
    WarmState warm_;                               // engine thread only
    std::jthread thread_;                          // last: starts when all else exists
};

}  // namespace reelquery
