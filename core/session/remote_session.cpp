#include "core/session/remote_session.h"

#include <mutex>
#include <utility>

#include "core/remote/remote_answerer.h"
#include "core/session/engine.h"
#include "vision/video/video_probe.h"

namespace reelquery {

std::unique_ptr<Session> makeRemoteSession(EventSink sink, const RemoteServer& server) {
    static std::once_flag once;
    std::call_once(once, initVideoLibrary);
    return std::make_unique<Engine>(std::move(sink), std::make_unique<RemoteAnswerer>(server));
}

}  // namespace reelquery
