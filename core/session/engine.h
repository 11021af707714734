#pragma once
// The engine's threads: take requests in order, run them one at a time, turn errors into events.

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

/// Two lanes: what is asked about a video needs no model and does not wait behind an answer.
/// Synchronised by mutex_; what is warm is confined to the thread of the answers.
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

    /// Requests that are run one after the other, by a thread.
    struct Lane {
        std::deque<Job> waiting;  // guarded by mutex_
        std::condition_variable_any jobOrQuit;
    };

    RequestId enqueue(Lane& lane, Work work);

    void runJobs(Lane& lane, const std::stop_token& quit);
    Event runOne(const Job& job) noexcept;

    const EventSink sink_;
    std::mutex mutex_;
    Lane answers_, videos_;
    std::map<RequestId, std::stop_source> stops_;  // queued and running requests; guarded by mutex_
    RequestId lastId_ = 0;                         // guarded by mutex_
    WarmState warm_;                               // thread of the answers only
    std::jthread answerThread_, videoThread_;      // last: start when all else exists
};

}  // namespace reelquery
