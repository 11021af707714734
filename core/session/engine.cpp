#include "core/session/engine.h"

#include <chrono>
#include <exception>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/device/cuda_libraries.h"
#include "core/session/either_answerer.h"
#include "core/session/failure.h"
#include "core/session/hear/question_speech.h"
#include "core/session/local_answerer.h"
#include "core/session/plan/make_question.h"
#include "core/session/watch/video_summary.h"
#include "vision/video/file_checks.h"
#include "vision/video/picture_list.h"
#include "vision/video/video_probe.h"

namespace reelquery {

namespace {

/// A file that was cut short, or a folder with pictures that cannot be read, is answered from what
/// is there, and it is said.
void sayMissing(const Question& question, std::vector<std::string>& notes) {
    const VideoInfo& video = question.video;
    if (video.pictures && !video.pictures->leftOut.empty()) {
        notes.push_back(leftOutText(video.pictures->leftOut));
    }
    if (!video.cutShort) return;
    notes.push_back(cutShortText(*video.cutShort, shownName(video.path)) +
                    "; what is there was looked at");
}

}  // namespace

Engine::Engine(EventSink sink, std::unique_ptr<Answerer> answerer, SpeechFiles speech)
    : sink_(std::move(sink)),
      answerer_(std::move(answerer)),
      speech_(std::move(speech)),
      answering_([] { cudaLibraries(); }) {}  // before this thread's first tensor, see there

Engine::~Engine() {
    // Every request still gets its end: the queues run what waits, which finds itself stopped.
    std::lock_guard lock(mutex_);
    for (auto& [id, stop] : stops_) stop.request_stop();
    idle_.request_stop();
    // The threads are destroyed first and join; the lock is released before, when this body ends.
}

RequestId Engine::openVideo(std::filesystem::path video, int videoTrack) {
    return enqueue(
        planning_,
        [this, video = std::move(video), videoTrack](RequestId id, const std::stop_token& stop,
                                                     std::string&) -> Event {
            VideoOpened opened{id, summarizeVideo(video, stop, videoTrack, scanTeller(id))};
            if (auto kept = keptSpeechSource(video, speech_, stop)) {
                opened.video.subtitles.push_back(*std::move(kept));
            }
            return opened;
        });
}

RequestId Engine::plan(AskRequest request) {
    return enqueue(planning_,
                   [this, request = std::move(request)](RequestId id, const std::stop_token& stop,
                                                        std::string&) -> Event {
                       const Question question = questionOf(id, request, stop);
                       PlanReady ready{id, answerer_->plan(question, stop)};
                       sayMissing(question, ready.plan.reasons);
                       return ready;
                   });
}

RequestId Engine::loadModel(ModelChoice model) {
    std::lock_guard lock(mutex_);
    return enqueueAnswering(
        [this, model](RequestId id, const std::stop_token& stop, std::string&) -> Event {
            ModelReady ready = answerer_->load(
                model,
                [this, id](std::int64_t done, std::int64_t total) {
                    send(Progress{id, Phase::kLoad, done, total});
                },
                stop);
            ready.request = id;
            return ready;
        },
        [&](const AskRequest& watched) { return watched.model == model; });
}

RequestId Engine::watch(AskRequest request) {
    // Neither is looked at, and a long history would only make the plan larger.
    request.question.clear();
    request.history.clear();
    request.mayReuse = true;
    std::lock_guard lock(mutex_);
    const RequestId watching = enqueueAnswering(
        [this, request](RequestId id, const std::stop_token& stop, std::string&) -> Event {
            if (!answerer_->capabilities(request.model).watching) return Watched{id};
            const Question question = questionOf(id, request, stop);
            const AnswerSink sink = [&](const AnswerEvent& event) {
                tellWatching(id, question, event);
            };
            answerer_->watch({.question = question,
                              .request = id,
                              .sink = sink,
                              .cancel = stop,
                              .isAhead = true});
            return Watched{id};
        },
        [](const AskRequest&) { return false; });
    ahead_.begin(watching, std::move(request));
    enqueueIdle();
    return watching;
}

void Engine::enqueueIdle() {
    idle_ = {};
    answering_.push([this, stop = idle_.get_token()] {
        try {
            throwIfCancelled(stop);
            answerer_->idle(stop);
        } catch (...) {
            // Stopped, or memory is short: what is left to do stays so.
        }
    });
}

void Engine::tellWatching(RequestId id, const Question& question, const AnswerEvent& event) {
    if (const auto* scanned = std::get_if<ScannedTo>(&event)) {
        return scanTeller(id)(scanned->doneBytes, scanned->totalBytes);
    }
    const auto* progress = std::get_if<Progress>(&event);
    if (!progress) {
        std::visit([this](const auto& one) { send(Event(one)); }, event);
        return;
    }
    Progress mine = *progress;
    mine.request = listenerOf(id);
    send(mine);
    const std::vector<WantedFrame>& frames = question.frames.wanted;
    if (mine.phase != Phase::kEncode || mine.done < 1 || mine.done > std::ssize(frames)) return;
    send(WatchedTo{id, frames[static_cast<std::size_t>(mine.done) - 1].takenS});
}

RequestId Engine::ask(AskRequest request) {
    const auto asked = std::chrono::steady_clock::now();
    std::lock_guard lock(mutex_);
    return enqueueAnswering(
        [this, asked, request](RequestId id, const std::stop_token& stop,
                               std::string& said) -> Event {
            auto began = std::chrono::steady_clock::now();
            const std::chrono::duration<double> waited = began - asked;
            const bool hasWaited = [&] {
                std::lock_guard own(mutex_);
                return ahead_.takeWaited(id);
            }();
            if (hasWaited) began = asked;
            const Question question = heardQuestionOf(id, request, stop);
            AnswerDone done{id,
                            answerer_->answer({question, id, answerEvents_, stop, began}, said)};
            if (hasWaited) done.report.waitedS = waited.count();
            sayMissing(question, done.report.notes);
            if (request.wantEvidence && !answerer_->capabilities(request.model).evidence) {
                done.report.notes.emplace_back(
                    "no evidence: what answers here does not tell where it looked");
            }
            return done;
        },
        [&](const AskRequest& watched) { return goesOnFrom(watched, request); }, true);
}

RequestId Engine::compare(CompareRequest request) {
    std::lock_guard lock(mutex_);
    return enqueueAnswering(
        [this, request = std::move(request)](RequestId id, const std::stop_token& stop,
                                             std::string&) -> Event {
            if (!answerer_->capabilities(request.ask.model).comparison) {
                throw Error(ErrorCode::kUsage, "what answers here cannot compare dense and sparse",
                            "choose a model on this machine");
            }
            const auto began = std::chrono::steady_clock::now();
            const Question question = heardQuestionOf(id, request.ask, stop);
            ComparisonDone done{
                id, answerer_->compare({question, id, answerEvents_, stop, began}, request.rounds)};
            sayMissing(question, done.report.dense.report.notes);
            return done;
        },
        [](const AskRequest&) { return false; });
}

void Engine::cancel(RequestId request) {
    std::lock_guard lock(mutex_);
    stop(request);
    if (const auto watching = ahead_.stoppedWith(request)) stop(*watching);
}

void Engine::stop(RequestId request) {
    if (const auto found = stops_.find(request); found != stops_.end()) {
        found->second.request_stop();
    }
}

RequestId Engine::listenerOf(RequestId id) {
    std::lock_guard lock(mutex_);
    const RequestId heir = ahead_.heir(id);
    return heir != 0 ? heir : id;
}

ScanProgress Engine::scanTeller(RequestId id) {
    return [this, id](std::int64_t doneBytes, std::int64_t totalBytes) {
        send(ScannedTo{listenerOf(id), doneBytes, totalBytes});
    };
}

Question Engine::questionOf(RequestId id, AskRequest request, const CancelToken& cancel) {
    return makeQuestion(
        std::move(request),
        [this](const ModelChoice& choice) { return answerer_->frameRules(choice); }, cancel,
        speech_, scanTeller(id));
}

Question Engine::heardQuestionOf(RequestId id, const AskRequest& request,
                                 const CancelToken& cancel) {
    Question question = questionOf(id, request, cancel);
    if (!answerer_->capabilities(request.model).subtitles)
        return question;  // nobody would read the lines
    hearForQuestion(
        question, speech_,
        [&](double doneS, double allS) {
            send(HeardTo{id, doneS, allS});
        },
        cancel);
    return question;
}

RequestId Engine::enqueue(JobQueue& queue, Work work) {
    std::lock_guard lock(mutex_);
    return push(queue, std::move(work));
}

RequestId Engine::enqueueAnswering(Work work, const MayLive& mayLive, bool isHeir) {
    idle_.request_stop();
    for (const RequestId watching : ahead_.makeWay(lastId_ + 1, mayLive, isHeir)) stop(watching);
    return push(answering_, std::move(work));
}

RequestId Engine::push(JobQueue& queue, Work work) {
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
        ahead_.end(id);
    }
    send(last);
}

void Engine::send(const Event& event) {
    std::lock_guard lock(sending_);
    sink_(event);
}

std::unique_ptr<Session> makeSession(EventSink sink, const SessionStorage& storage,
                                     ServerKey keyOf) {
    static std::once_flag once;
    std::call_once(once, initVideoLibrary);
    return std::make_unique<Engine>(std::move(sink),
                                    std::make_unique<EitherAnswerer>(
                                        std::make_unique<LocalAnswerer>(storage), std::move(keyOf)),
                                    SpeechFiles(storage.speechFolder));
}

}  // namespace reelquery
