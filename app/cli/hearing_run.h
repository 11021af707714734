#pragma once
// Listening with a progress line and Ctrl-C.

#include "core/session/hear/kept_hearing.h"

namespace reelquery {

/// Runs hearOnce on a second thread; SIGINT and SIGTERM stop it. Progress goes to stderr where that
/// is a terminal, unless quiet. Errors: as hearFile; kCancelled after a signal. Thread: main.
KeptSpeech hearOnTerminal(const HearRequest& request, const SpeechFiles& files, bool hearAnew,
                          bool quiet, bool& isFromBefore);

}  // namespace reelquery
