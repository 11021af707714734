#pragma once
// The engine's two threads: one owns what answers, the other opens and plans and never waits for
// it. Requests become questions here, and errors become events.

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>

#include "core/answer/answerer.h"
#include "core/session/ahead.h"
#include "core/session/hear/speech_files.h"
#include "core/session/job_queue.h"
#include "core/session/session.h"

namespace reelquery {

/// Knows no model: that is its answerer's affair.
class Engine final : public Session {
  public:
    /// speech: where what was heard is kept.
    Engine(EventSink sink, std::unique_ptr<Answerer> answerer, SpeechFiles speech = SpeechFiles());
    ~Engine() override;

    RequestId openVideo(std::filesystem::path video, int videoTrack) override;
    RequestId plan(AskRequest request) override;
    RequestId loadModel(ModelChoice model) override;
    RequestId watch(AskRequest request) override;
    RequestId ask(AskRequest request) override;
    RequestId compare(CompareRequest request) override;
    void cancel(RequestId request) override;

  private:
    /// What a request does; `said` is where it leaves what was already answered, should it fail.
    using Work = std::function<Event(RequestId, const std::stop_token&, std::string& said)>;

    /// Whether a watching ahead may go on beside a request, which waits behind it.
    using MayLive = std::function<bool(const AskRequest& watched)>;

    RequestId enqueue(JobQueue& queue, Work work);
    /// The same for what needs the model. Requires mutex_ to be held.
    RequestId enqueueAnswering(Work work, const MayLive& mayLive, bool isHeir = false);
    RequestId push(JobQueue& queue, Work work);  // mutex_ is held
    void stop(RequestId request);                // mutex_ is held
    void enqueueIdle();                          // mutex_ is held
    void tellWatching(RequestId id, const Question& question, const AnswerEvent& event);
    void run(RequestId id, const std::stop_token& stop, const Work& work) noexcept;
    void send(const Event& event);
    /// Who hears of its progress: the request that waits for a watching, else itself.
    RequestId listenerOf(RequestId id);
    /// Tells of a file that has to be read through, to whoever waits for the request.
    ScanProgress scanTeller(RequestId id);
    Question questionOf(RequestId id, AskRequest request, const CancelToken& cancel);
    /// The same with what is said in the video heard first, where the request wishes it.
    Question heardQuestionOf(RequestId id, const AskRequest& request, const CancelToken& cancel);

    const EventSink sink_;
    std::mutex sending_;  // events go out one at a time
    const AnswerSink answerEvents_ = [this](const AnswerEvent& event) {
        std::visit([this](const auto& one) { send(Event(one)); }, event);
    };
    const std::unique_ptr<Answerer> answerer_;
    const SpeechFiles speech_;
    std::mutex mutex_;
    std::map<RequestId, std::stop_source> stops_;  // queued and running requests; guarded by mutex_
    RequestId lastId_ = 0;                         // guarded by mutex_
    Ahead ahead_;                                  // guarded by mutex_
    std::stop_source idle_;                        // of what runs when nobody asks; by mutex_
    JobQueue answering_, planning_;                // last: they start when all else exists
};

}  // namespace reelquery
