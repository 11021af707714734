#pragma once
// The engine as the window and the command line see it: requests in, events out, standard types
// only.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/run_options.h"
#include "core/session/events.h"

namespace reelquery {

/// Which model to use, where it runs and in which number type.
struct ModelChoice {
    std::filesystem::path folder;
    DeviceKind device = DeviceKind::kAuto;
    DtypeChoice dtype = DtypeChoice::kAuto;

    bool operator==(const ModelChoice&) const = default;
};

/// One earlier exchange of the conversation, oldest first.
struct Turn {
    std::string question;
    std::string answer;
};

/// Everything one question needs. A value: later changes in the window do not reach a running
/// request.
struct AskRequest {
    std::filesystem::path video;
    std::string question;
    std::vector<Turn> history;  ///< earlier turns about the same video
    std::string systemPrompt;   ///< empty: the model's own
    ModelChoice model;
    SamplingOptions sampling;
    SubtitleOptions subtitles;
    AttentionOptions attention;
    GenerationOptions generation;
    std::int64_t maxMemoryBytes = 0;  ///< refuse to need more; 0: what the device has free
    bool wantFrames = false;          ///< send FrameSeen events with the pixels the model sees
    bool wantEvidence = false;        ///< fill AnswerReport::evidence
    bool mayReuse = true;  ///< use features and keys/values of earlier questions where they fit
};

/// The same question dense and sparse; see Note [Comparison protocol] in comparison.h.
struct CompareRequest {
    AskRequest ask;  ///< attention holds the sparse side's options; sampling of words is greedy
    int rounds = 3;  ///< measured rounds after the warm-up
};

/// Opens videos and answers questions, each one request at a time, in order, on a thread of its
/// own: opening a video does not wait for an answer.
/// No call blocks or throws; every request ends with exactly one of its done event, Failed or
/// Cancelled. Thread: any thread may call; events arrive on the engine's threads.
class Session {
  public:
    virtual ~Session() = default;

    /// Reads what the container says. Ends with VideoOpened.
    virtual RequestId openVideo(std::filesystem::path video) = 0;

    /// Works out frames, tokens and memory of a question without decoding or answering; reads the
    /// video's and the model's headers only. Ends with PlanReady.
    virtual RequestId plan(AskRequest request) = 0;

    /// Loads the model if it is not the one in memory. Ends with ModelReady.
    virtual RequestId loadModel(ModelChoice model) = 0;

    /// Answers. Sends PlanReady, Progress, FrameSeen, AnswerDelta on the way; ends with AnswerDone.
    virtual RequestId ask(AskRequest request) = 0;

    /// Answers both ways and measures. Sends what ask sends up to the prompt, then ComparisonStep
    /// and Progress for each pass; ends with ComparisonDone.
    virtual RequestId compare(CompareRequest request) = 0;

    /// Stops a queued or running request within 0.5 s; one that has ended is left alone.
    virtual void cancel(RequestId request) = 0;
};

/// What the engine may keep on disk between runs. Nothing else is ever written.
struct SessionStorage {
    std::filesystem::path featureFolder;     ///< vision features; empty: none are kept
    std::int64_t featureBytes = 4LL << 30;   ///< the oldest go when there would be more
    std::filesystem::path measurementsFile;  ///< how fast this machine is; empty: not kept
};

/// Below $XDG_CACHE_HOME/reelquery (~/.cache/reelquery); nothing where there is no home. Thread:
/// any.
SessionStorage defaultStorage();

/// Receives every event, those of a request in order, on one of the engine's threads: two may come
/// at once. Must be quick and must not throw.
using EventSink = std::function<void(const Event&)>;

/// Starts the engine thread. The destructor cancels what runs and joins it (at most 0.5 s).
std::unique_ptr<Session> makeSession(EventSink sink, const SessionStorage& storage = {});

}  // namespace reelquery
