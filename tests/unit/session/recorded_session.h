#pragma once
// A real session whose events are kept, and the files its tests need.

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/session/session.h"

namespace reelquery {

/// Whose shape the tiny checkpoint has: REELQUERY_TEST_KIND, "tiny" where that is not set.
std::string tinyKind();

/// The random tiny checkpoint of a kind, written on first use below the test folder.
std::filesystem::path tinyModel(const std::string& kind = tinyKind());

/// A drawn H.264 clip of that many seconds at 10 frames per second, made by the ffmpeg command on
/// first use. Throws where ffmpeg fails.
std::filesystem::path testClip(int seconds);

/// An empty folder of this name below the test folder.
std::filesystem::path emptyFolder(const std::string& name);

/// A request on testClip(seconds) with the tiny model on the CPU in float32 and eight answer
/// tokens.
AskRequest tinyQuestion(int clipSeconds, const std::string& kind = tinyKind());

/// True for the events that end a request.
bool isLast(const Event& event);
RequestId requestOf(const Event& event);

class RecordedSession {
  public:
    explicit RecordedSession(const SessionStorage& storage = {});
    ~RecordedSession();

    Session& session() { return *session_; }

    /// Runs on the engine's thread, before the event is kept; set before the first request.
    std::function<void(const Event&)> onEvent;

    std::chrono::minutes patience{1};

    /// Waits for the end of a request and returns its last event. Fails the test when patience runs
    /// out.
    Event waitFor(RequestId request);

    /// Waits until an event of the request satisfies `wanted`.
    void waitUntil(RequestId request, const std::function<bool(const Event&)>& wanted);

    /// Everything so far that belongs to the request.
    std::vector<Event> eventsOf(RequestId request);

    /// Destroys the session, as closing the window does.
    void close();

  private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<Event> events_;  // guarded by mutex_
    std::unique_ptr<Session> session_;
};

/// A request of this phase; kAnswer begins with the first token.
bool inPhase(const Event& event, Phase phase);

/// The report of a request's last event. Fails the test where it is another event's.
AnswerReport answered(const Event& last);

AnswerReport answer(RecordedSession& recorded, const AskRequest& request);

/// The same in a session that has answered nothing before.
AnswerReport freshAnswer(AskRequest request);

}  // namespace reelquery
