#pragma once
// The engine as the window and the command line see it: requests in, events out, standard types
// only.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/answer/ask_request.h"
#include "core/session/events.h"

namespace reelquery {

/// Opens videos and answers questions on threads of its own. What needs the model (loadModel,
/// watch, ask, compare) runs one at a time, in order; opening and planning run in order beside it
/// and never wait for an answer. No call blocks or throws; every request ends with exactly one of
/// its done event, Failed or Cancelled. Thread: any thread may call; events arrive on the engine's
/// threads, one at a time.
class Session {
  public:
    virtual ~Session() = default;

    /// Reads what the container says; sends ScannedTo where it says too little. `videoTrack`: as in
    /// AskRequest. Ends with VideoOpened.
    virtual RequestId openVideo(std::filesystem::path video, int videoTrack = 0) = 0;

    /// Works out frames, tokens and memory of a question without decoding or answering; reads the
    /// video's and the model's headers only. Ends with PlanReady.
    virtual RequestId plan(AskRequest request) = 0;

    /// Loads the model if it is not the one in memory. Ends with ModelReady.
    virtual RequestId loadModel(ModelChoice model) = 0;

    /// Watches ahead: decodes, encodes and reads all that comes before the words of `request`,
    /// which are not looked at. A question with the same video, model and settings then only reads
    /// its words; one that comes in the middle waits for the end and goes on from there, with the
    /// watching's Progress as its own. Everything else that needs the model stops it at once.
    /// Sends PlanReady, Progress and WatchedTo; ends with Watched.
    virtual RequestId watch(AskRequest request) = 0;

    /// Answers. Sends PlanReady, Progress, ScannedTo, FrameSeen, AnswerDelta on the way; ends with
    /// AnswerDone.
    virtual RequestId ask(AskRequest request) = 0;

    /// Answers both ways and measures. Sends what ask sends up to the prompt, then ComparisonStep
    /// and Progress for each pass; ends with ComparisonDone.
    virtual RequestId compare(CompareRequest request) = 0;

    /// Stops a queued or running request within 0.5 s; one that has ended is left alone, and an
    /// answer that already stands ends in AnswerDone, with a note of what was left out.
    virtual void cancel(RequestId request) = 0;
};

/// What the engine may keep on disk between runs. Nothing else is ever written.
struct SessionStorage {
    std::filesystem::path featureFolder;     ///< vision features; empty: none are kept
    std::int64_t featureBytes = 4LL << 30;   ///< the oldest go when there would be more
    std::filesystem::path speechFolder;      ///< what was heard in videos; empty: it is not kept
    std::filesystem::path measurementsFile;  ///< how fast this machine is; empty: not kept
    std::function<void()> afterPiece;        ///< runs between pieces of features read or written; a
                                             ///< test's slow disk
};

/// Below $XDG_CACHE_HOME/reelquery (~/.cache/reelquery); nothing where there is no home. Thread:
/// any.
SessionStorage defaultStorage();

/// Receives every event, one at a time, those of a request in order, on one of the engine's
/// threads. Must be quick, must not throw and must not wait for another event.
using EventSink = std::function<void(const Event&)>;

/// The key of a server, by its address as ModelChoice::server has it; empty where it needs none.
/// Called on the engine's threads.
using ServerKey = std::function<std::string(const std::string& address)>;

/// Starts the engine's threads. What names a server in ModelChoice is answered there, with the key
/// of `keyOf`; all else on this machine. The destructor cancels what runs and joins them (at most
/// 0.5 s).
std::unique_ptr<Session> makeSession(EventSink sink, const SessionStorage& storage = {},
                                     ServerKey keyOf = {});

}  // namespace reelquery
