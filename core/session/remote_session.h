#pragma once
// The session over another program's model.

#include <memory>

#include "core/remote/remote_server.h"
#include "core/session/session.h"

namespace reelquery {

/// A session whose answers come from `server`; nothing is kept on disk. Errors: kUsage for a URL
/// that is none.
std::unique_ptr<Session> makeRemoteSession(EventSink sink, const RemoteServer& server);

}  // namespace reelquery
