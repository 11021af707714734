#include "core/session/engine.h"

#include <chrono>
#include <exception>
#include <mutex>
#include <utility>

#include "core/device/cuda_libraries.h"
#include "core/session/failure.h"
#include "core/session/local_answerer.h"
#include "core/session/plan/make_question.h"
#include "core/session/watch/video_summary.h"
#include "vision/video/video_probe.h"

namespace reelquery {

Engine::Engine(EventSink sink, std::unique_ptr<Answerer> answerer)
    : sink_(std::move(sink)),
      answerer_(std::move(answerer)),
      answering_([] { cudaLibraries(); }) {}  // before this thread's first tensor, see there

Engine::~Engine() {
    // Every request still gets its end: the queues run what waits, which finds itself stopped.
    std::lock_guard lock(mutex_);
    for (auto& [id, stop] : stops_) stop.request_stop();
    // The threads are destroyed first and join; the lock is released before, when this body ends.
}

RequestId Engine::openVideo(std::filesystem::path video) {
    return enqueue(planning_,
                   [video = std::move(video)](RequestId id, const std::stop_token& stop,
                                              std::string&) -> Event {
                       return VideoOpened{id, summarizeVideo(video, stop)};
                   });
}

RequestId Engine::plan(AskRequest request) {
    return enqueue(planning_,
                   [this, request = std::move(request)](RequestId id, const std::stop_token& stop,
                                                        std::string&) -> Event {
                       return PlanReady{id, answerer_->plan(questionOf(request, stop), stop)};
                   });
}

RequestId Engine::loadModel(ModelChoice model) {
    return enqueue(answering_,
                   [this, model = std::move(model)](RequestId id, const std::stop_token& stop,
                                                    std::string&) -> Event {
                       ModelReady ready = answerer_->load(
                           model,
                           [this, id](std::int64_t done, std::int64_t total) {
                               send(Progress{id, Phase::kLoad, done, total});
                           },
                           stop);
                       ready.request = id;
                       return ready;
                   });
}

RequestId Engine::ask(AskRequest request) {
    return enqueue(answering_,
                   [this, request = std::move(request)](RequestId id, const std::stop_token& stop,
                                                        std::string& said) -> Event {
                       const auto began = std::chrono::steady_clock::now();
                       const Question question = questionOf(request, stop);
                       AnswerDone done{
                           id, answerer_->answer({question, id, answerEvents_, stop, began}, said)};
                       if (request.wantEvidence && !answerer_->capabilities().evidence) {
                           done.report.notes.emplace_back(
                               "no evidence: what answers here does not tell where it looked");
                       }
                       return done;
                   });
}

RequestId Engine::compare(CompareRequest request) {
    return enqueue(
        answering_,
        [this, request = std::move(request)](RequestId id, const std::stop_token& stop,
                                             std::string&) -> Event {
            if (!answerer_->capabilities().comparison) {
                throw Error(ErrorCode::kUsage, "what answers here cannot compare dense and sparse",
                            "choose a model on this machine");
            }
            const auto began = std::chrono::steady_clock::now();
            const Question question = questionOf(request.ask, stop);
            return ComparisonDone{
                id, answerer_->compare({question, id, answerEvents_, stop, began}, request.rounds)};
        });
}

void Engine::cancel(RequestId request) {
    std::lock_guard lock(mutex_);
    if (const auto found = stops_.find(request); found != stops_.end()) {
        found->second.request_stop();
    }
}

Question Engine::questionOf(AskRequest request, const CancelToken& cancel) const {
    return makeQuestion(
        std::move(request),
        [this](const ModelChoice& choice) { return answerer_->frameRules(choice); }, cancel);
}

RequestId Engine::enqueue(JobQueue& queue, Work work) {
    std::lock_guard lock(mutex_);
    const RequestId id = ++lastId_;
    const std::stop_token stop = stops_[id].get_token();
    queue.push([this, id, stop, work = std::move(work)] { run(id, stop, work); });
    return id;
}

void Engine::run(RequestId id, const std::stop_token& stop, const Work& work) noexcept {
    std::string said;
    const Event last = [&]() -> Event {
        try {
            throwIfCancelled(stop);
            return work(id, stop, said);
        } catch (...) {
            // Whatever part of a question filled a card: its tensors are gone by now, the model
            // stays.
            return endOfThrown(id, std::current_exception(), said);
        }
    }();
    {
        std::lock_guard lock(mutex_);
        stops_.erase(id);
    }
    send(last);
}

void Engine::send(const Event& event) {
    std::lock_guard lock(sending_);
    sink_(event);
}

std::unique_ptr<Session> makeSession(EventSink sink, const SessionStorage& storage) {
    static std::once_flag once;
    std::call_once(once, initVideoLibrary);
    return std::make_unique<Engine>(std::move(sink), std::make_unique<LocalAnswerer>(storage));
}

}  // namespace reelquery
