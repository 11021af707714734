#pragma once
// Hearing a file once: what was heard is kept, and taken from there the next time.

#include "core/session/hear/hearing.h"
#include "core/session/hear/speech_files.h"

namespace reelquery {

/// What was heard in a file with the same content, model and choices before, else hearFile with
/// its result kept. A request for a part of the file is always heard and never kept. isFromBefore:
/// set to whether nothing was heard now; may be null. hearAnew: heard in any case. Blocks; thread:
/// any. Errors: as hearFile.
KeptSpeech hearOnce(const HearRequest& request, const SpeechFiles& files, bool hearAnew,
                    bool* isFromBefore, const HearProgress& progress, const CancelToken& cancel);

}  // namespace reelquery
