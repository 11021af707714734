#pragma once
// One engine for the window and for other programs that ask at the same time.
//
// Note [Why one engine]
// A second engine, in this process or in one of its own, would load the model a second time and
// plan its memory as if the first were not there: a model that fits once would fail, or push the
// machine into its swap. With one, all askers' questions stand in one line, kept prefixes and
// features serve whoever asks, and what is free is counted once. The price: a fault that a
// stranger's file sets off takes the window along, as one of the user's own files would; such files
// come from programs that have the key, and lie below folders that the user named.

#include <map>
#include <memory>
#include <mutex>

#include "core/session/session.h"

namespace reelquery {

/// The engine as its owner sees it, who hears of his own requests only. Thread: any. Outlives its
/// guests.
class SharedSession final : public Session {
  public:
    using MakeEngine = std::function<std::unique_ptr<Session>(EventSink)>;

    SharedSession(EventSink sink, const MakeEngine& makeEngine);

    /// Another asker at the same engine: its requests' events go to `sink`, as makeSession says.
    /// When it goes, what it asked is stopped and nothing more is told.
    std::unique_ptr<Session> guest(EventSink sink);

    RequestId openVideo(std::filesystem::path video, int videoTrack) override;
    RequestId plan(AskRequest request) override;
    RequestId loadModel(ModelChoice model) override;
    RequestId watch(AskRequest request) override;
    RequestId ask(AskRequest request) override;
    RequestId compare(CompareRequest request) override;
    void cancel(RequestId request) override;

  private:
    class Guest;

    /// Where a guest's events go; the sink is empty once it has left.
    struct Ears {
        std::mutex mutex;
        EventSink sink;  // guarded by mutex
    };

    struct Asked {
        std::shared_ptr<Ears> by;
        bool isPlan = false;
    };

    RequestId start(const std::shared_ptr<Ears>& ears, bool isPlan,
                    const std::function<RequestId(Session&)>& ask);
    void leave(const std::shared_ptr<Ears>& ears);
    void deliver(const Event& event);

    const EventSink sink_;
    std::mutex mutex_;
    std::map<RequestId, Asked> guests_;  // those that run; guarded by mutex_
    std::unique_ptr<Session> engine_;    // last: its threads end before what they deliver to
};

}  // namespace reelquery
