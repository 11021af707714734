#pragma once
// Listening with a progress line and Ctrl-C.

#include "core/session/hear/hearing.h"

namespace reelquery {

/// Runs hearFile on a second thread; SIGINT and SIGTERM stop it. Progress goes to stderr where that
/// is a terminal, unless quiet. Errors: as hearFile; kCancelled after a signal. Thread: main.
SpokenText hearOnTerminal(const HearRequest& request, bool quiet);

}  // namespace reelquery
