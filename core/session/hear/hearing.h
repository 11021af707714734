#pragma once
// From a file to what is said in it.

#include <functional>
#include <optional>
#include <string>

#include "core/base/cancel.h"
#include "core/session/hear/spoken_text.h"
#include "core/session/session.h"

namespace reelquery {

/// What to listen to, and how.
struct HearRequest {
    std::filesystem::path file;     ///< a video or a sound file
    std::string track;              ///< "": what a player would play; "2": the second; "ger"
    std::optional<double> fromS{};  ///< from the file's start
    std::optional<double> toS;
    ModelChoice model;       ///< folder of a Whisper checkpoint; float32 on a CPU unless asked
    std::string language;    ///< code; empty: the model tells
    bool translate = false;  ///< to English
    bool wantsWords = true;  ///< times of words
    bool conditionOnPrevious = false;  ///< what was said goes into the next window's prompt
    std::string hint;                  ///< names and spelling to expect
    bool everywhere = false;           ///< also where there is silence or steady noise
};

enum class HearPhase { kSound, kModel, kSpeech };

/// Seconds of sound done and in all; 0 while not known. Called on the calling thread.
using HearProgress = std::function<void(HearPhase phase, double doneS, double allS)>;

/// Reads the sound, finds where anything is to be heard, and writes down what is said. Blocks;
/// thread: any. Errors: kUsage, kVideo, kModel, kDevice, kMemory, kCancelled (within 0.5 s of a
/// stop).
SpokenText hearFile(const HearRequest& request, const HearProgress& progress,
                    const CancelToken& cancel);

/// The first complete Whisper checkpoint in the folders that hold models, by name; empty where
/// there is none.
std::filesystem::path findSpeechModel();

}  // namespace reelquery
