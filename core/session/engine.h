#pragma once
// The engine's two threads: one owns the model and answers, the other opens and plans and never
// waits for it. Errors become events here.

#include <functional>
#include <map>
#include <mutex>
#include <stop_token>

#include "core/session/job_queue.h"
#include "core/session/keep/warm_state.h"
#include "core/session/session.h"

namespace reelquery {

/// What is warm is confined to the model's thread, which hands a summary over whenever it changes:
/// planning reads that copy.
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

    RequestId enqueue(JobQueue& queue, Work work);
    void run(RequestId id, const std::stop_token& stop, const Work& work) noexcept;

    /// `work` for the model's thread: what it left warm is announced before its last event is sent.
    Work withModel(Work work);

    void send(const Event& event);
    WarmSummary summary();

    const EventSink sink_;
    std::mutex sending_;  // events go out one at a time
    const EventSink send_ = [this](const Event& event) { send(event); };
    std::mutex mutex_;
    std::map<RequestId, std::stop_source> stops_;  // queued and running requests; guarded by mutex_
    RequestId lastId_ = 0;                         // guarded by mutex_
    WarmState warm_;                               // model thread only
    WarmSummary summary_;                          // guarded by mutex_
    JobQueue modelThread_, lightThread_;           // last: they start when all else exists
};

}  // namespace reelquery
