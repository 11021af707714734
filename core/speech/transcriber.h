#pragma once
// A whole sound to a transcript, window after window.
//
// Note [How a long sound is heard]
// A window begins where the one before was done speaking, not 30 s later: its last pair of times
// says where. So a stretch of speech is a chain of windows. Stretches do not depend on each other
// unless what was said before goes into the prompt; without that several chains go side by side,
// which is what keeps a card or the memory bus busy.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/speech/log_mel.h"
#include "core/speech/speech_model.h"
#include "core/speech/transcript.h"
#include "core/speech/window_decoder.h"

namespace reelquery {

/// How to write down what is said.
struct SpeechOptions {
    std::string language;    ///< code; empty: heard in the first window of speech
    bool translate = false;  ///< to English
    bool wordTimes = true;
    /// What was said before goes into the next window's prompt: names stay the same, and so do
    /// mistakes.
    bool conditionOnPrevious = false;
    std::string hint;  ///< goes before the first window: names, spelling
    FallbackRules fallback;
    int windowsAtOnce = 1;
};

/// A stretch of a sound in frames of 10 ms.
struct FrameRange {
    std::int64_t from = 0, to = 0;
};

/// How a window went; for tests and reports.
struct WindowTrace {
    std::int64_t seek = 0, size = 0;  ///< frames
    std::vector<TokenId> previous;    ///< at most the last 223 tokens of what was said before
    DecodedWindow decoded;
    bool isSilence = false;
    std::int64_t nextSeek = 0;
};

/// What is told on the way; each may be empty. Called on the calling thread.
struct TranscribeListener {
    std::function<void(std::int64_t doneFrames, std::int64_t allFrames)> onProgress;
    std::function<void(const WindowTrace&)> onWindow;
};

/// Refuses what the model cannot do, before any sound is read. Errors: kUsage.
void checkOptions(const SpeechModel& model, const SpeechOptions& options);

/// stretches: where to listen, in order, apart from each other; empty: everywhere. Times in the
/// transcript count from the sound's first sample; segments in which nothing was said stay, empty,
/// as in the reference. Errors: kUsage for a language or a task the model does not have;
/// kCancelled.
Transcript transcribeSound(const SpeechModel& model, SoundView sound,
                           const std::vector<FrameRange>& stretches, const SpeechOptions& options,
                           const TranscribeListener& listener, const CancelToken& cancel);

/// The most probable language of a window that begins at frame `first`, with its probability.
struct HeardLanguage {
    std::string code;
    double probability = 0;
};

/// maximum: of the whole sound, see LogMel. Errors: kCancelled.
HeardLanguage hearLanguage(const SpeechModel& model, SoundView sound, std::int64_t first,
                           double maximum, const CancelToken& cancel);

}  // namespace reelquery
