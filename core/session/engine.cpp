#include "core/session/engine.h"

#include <c10/util/Exception.h>

#include <exception>
#include <mutex>
#include <new>
#include <utility>

#include "core/device/cuda_libraries.h"
#include "core/device/cuda_memory.h"
#include "core/session/ask/answering.h"
#include "core/session/compare/comparing.h"
#include "core/session/plan/planner.h"
#include "core/session/watch/video_summary.h"
#include "vision/video/video_probe.h"

namespace reelquery {

Engine::Engine(EventSink sink, const SessionStorage& storage)
    : sink_(std::move(sink)),
      warm_(storage),
      answerThread_([this](const std::stop_token& quit) {
          cudaLibraries();  // before this thread's first tensor, see there
          runJobs(answers_, quit);
      }),
      videoThread_([this](const std::stop_token& quit) { runJobs(videos_, quit); }) {}

Engine::~Engine() {
    std::lock_guard lock(mutex_);
    for (auto& [id, stop] : stops_) stop.request_stop();
    answerThread_.request_stop();
    videoThread_.request_stop();
    // The threads are destroyed first and join; the lock is released before that, when this body
    // ends.
}

RequestId Engine::openVideo(std::filesystem::path video) {
    return enqueue(videos_, [video = std::move(video)](RequestId id, const std::stop_token& stop,
                                                       std::string&) {
        return Event(VideoOpened{id, summarizeVideo(video, stop)});
    });
}

RequestId Engine::plan(AskRequest request) {
    return enqueue(answers_, [this, request = std::move(request)](
                                 RequestId id, const std::stop_token& stop, std::string&) {
        return Event(PlanReady{id, warm_.plan(request, stop).plan});
    });
}

RequestId Engine::loadModel(ModelChoice model) {
    return enqueue(answers_, [this, model = std::move(model)](
                                 RequestId id, const std::stop_token& stop, std::string&) {
        warm_.useModel(
            model,
            [this, id](std::int64_t done, std::int64_t total) {
                sink_(Progress{id, Phase::kLoad, done, total});
            },
            stop);
        ModelReady ready = warm_.model().describe();
        ready.request = id;
        return Event(std::move(ready));
    });
}

RequestId Engine::ask(AskRequest request) {
    return enqueue(
        answers_, [this, request = std::move(request)](RequestId id, const std::stop_token& stop,
                                                       std::string& partialAnswer) {
            return Event(
                AnswerDone{id, answerQuestion(request, id, warm_, sink_, stop, partialAnswer)});
        });
}

RequestId Engine::compare(CompareRequest request) {
    return enqueue(answers_, [this, request = std::move(request)](
                                 RequestId id, const std::stop_token& stop, std::string&) {
        return Event(ComparisonDone{id, compareQuestion(request, id, warm_, sink_, stop)});
    });
}

void Engine::cancel(RequestId request) {
    std::lock_guard lock(mutex_);
    if (const auto found = stops_.find(request); found != stops_.end()) {
        found->second.request_stop();
    }
}

RequestId Engine::enqueue(Lane& lane, Work work) {
    std::lock_guard lock(mutex_);
    Job job{++lastId_, std::stop_source(), std::move(work)};
    const RequestId id = job.id;
    stops_.emplace(id, job.stop);
    lane.waiting.push_back(std::move(job));
    lane.jobOrQuit.notify_one();
    return id;
}

void Engine::runJobs(Lane& lane, const std::stop_token& quit) {
    for (;;) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            // Jobs left at the end are stopped ones: each still gets its Cancelled.
            lane.jobOrQuit.wait(lock, quit, [&] { return !lane.waiting.empty(); });
            if (lane.waiting.empty()) return;
            job = std::move(lane.waiting.front());
            lane.waiting.pop_front();
        }
        const Event last = runOne(job);
        {
            std::lock_guard lock(mutex_);
            stops_.erase(job.id);
        }
        sink_(last);
    }
}

Event Engine::runOne(const Job& job) noexcept {
    std::string said;
    const auto failed = [&](ErrorCode code, std::string message, std::string hint) {
        return Event(Failed{job.id, code, std::move(message), std::move(hint), said});
    };
    try {
        throwIfCancelled(job.stop.get_token());
        return job.work(job.id, job.stop.get_token(), said);
    } catch (const Error& error) {
        if (error.code() == ErrorCode::kCancelled) return Cancelled{job.id, said};
        return failed(error.code(), error.message(), error.hint());
    } catch (const c10::OutOfMemoryError&) {
        // Whatever part of a question filled the card: its tensors are gone by now, the model
        // stays.
        const CudaCardState* card = cudaLibraries().usable();
        const Error full = cudaOutOfMemory(card->card.index, "answering");
        return failed(full.code(), full.message(), full.hint());
    } catch (const std::bad_alloc&) {
        return failed(ErrorCode::kMemory, "the machine ran out of memory",
                      "use fewer frames, a smaller model or close other programs");
    } catch (const std::exception& error) {
        return failed(ErrorCode::kInternal, std::string("internal error: ") + error.what(),
                      "please report this");
    }
}

std::unique_ptr<Session> makeSession(EventSink sink, const SessionStorage& storage) {
    static std::once_flag once;
    std::call_once(once, initVideoLibrary);
    return std::make_unique<Engine>(std::move(sink), storage);
}

}  // namespace reelquery
