#include "core/session/engine.h"

#include <exception>
#include <mutex>
#include <utility>

#include "core/device/cuda_libraries.h"
#include "core/session/ask/answering.h"
#include "core/session/compare/comparing.h"
#include "core/session/failure.h"
#include "core/session/watch/video_summary.h"
#include "vision/video/video_probe.h"

namespace reelquery {

Engine::Engine(EventSink sink, const SessionStorage& storage)
    : sink_(std::move(sink)),
      warm_(storage,
            [this](WarmSummary summary) {
                std::lock_guard lock(mutex_);
                summary_ = std::move(summary);
            }),
      summary_(warm_.summary()),
      modelThread_([] { cudaLibraries(); }) {}  // before this thread's first tensor, see there

Engine::~Engine() {
    // Every request still gets its end: the queues run what waits, which finds itself stopped.
    std::lock_guard lock(mutex_);
    for (auto& [id, stop] : stops_) stop.request_stop();
    // The threads are destroyed first and join; the lock is released before, when this body ends.
}

RequestId Engine::openVideo(std::filesystem::path video) {
    return enqueue(lightThread_, [video = std::move(video)](
                                     RequestId id, const std::stop_token& stop, std::string&) {
        return Event(VideoOpened{id, summarizeVideo(video, stop)});
    });
}

RequestId Engine::plan(AskRequest request) {
    return enqueue(lightThread_, [this, request = std::move(request)](
                                     RequestId id, const std::stop_token& stop, std::string&) {
        cudaLibraries();  // before this thread's first tensor, see there
        return Event(PlanReady{id, planWith(summary(), request, stop).plan});
    });
}

RequestId Engine::loadModel(ModelChoice model) {
    return enqueue(modelThread_,
                   withModel([this, model = std::move(model)](
                                 RequestId id, const std::stop_token& stop, std::string&) {
                       warm_.useModel(
                           model,
                           [this, id](std::int64_t done, std::int64_t total) {
                               send(Progress{id, Phase::kLoad, done, total});
                           },
                           stop);
                       ModelReady ready = warm_.model().describe();
                       ready.request = id;
                       return Event(std::move(ready));
                   }));
}

RequestId Engine::ask(AskRequest request) {
    return enqueue(modelThread_, withModel([this, request = std::move(request)](
                                               RequestId id, const std::stop_token& stop,
                                               std::string& partialAnswer) {
                       return Event(AnswerDone{
                           id, answerQuestion(request, id, warm_, send_, stop, partialAnswer)});
                   }));
}

RequestId Engine::compare(CompareRequest request) {
    return enqueue(
        modelThread_, withModel([this, request = std::move(request)](
                                    RequestId id, const std::stop_token& stop, std::string&) {
            return Event(ComparisonDone{id, compareQuestion(request, id, warm_, send_, stop)});
        }));
}

void Engine::cancel(RequestId request) {
    std::lock_guard lock(mutex_);
    if (const auto found = stops_.find(request); found != stops_.end()) {
        found->second.request_stop();
    }
}

Engine::Work Engine::withModel(Work work) {
    return [this, work = std::move(work)](RequestId id, const std::stop_token& stop,
                                          std::string& said) {
        try {
            Event last = work(id, stop, said);
            warm_.announce();
            return last;
        } catch (...) {
            warm_.announce();
            throw;
        }
    };
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

WarmSummary Engine::summary() {
    std::lock_guard lock(mutex_);
    return summary_;
}

std::unique_ptr<Session> makeSession(EventSink sink, const SessionStorage& storage) {
    static std::once_flag once;
    std::call_once(once, initVideoLibrary);
    return std::make_unique<Engine>(std::move(sink), storage);
}

}  // namespace reelquery
