#pragma once
// What a person asks: requests as values, before anything was looked at.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/run_options.h"

namespace reelquery {

/// Subtitles that can go into the prompt.
struct SubtitleSource {
    std::filesystem::path file;  ///< beside the video; empty for a track of the video itself
    int stream = -1;             ///< of the container; -1 for a file
    std::string language;        ///< as the container or the file's name says; may be empty
    bool isPartial = false;      ///< forced parts, signs or a commentary: not all that is said
    /// Made from the speech by this model: `file` is then what was kept of it, empty where the
    /// speech is yet to be heard. Empty for all others.
    std::string heardBy = {};
};

/// A line that is said, sent along with a question whose video is none of this machine's.
struct CarriedLine {
    double timeS = 0;  ///< when it begins
    std::string text;
};

/// Where lines made from the speech of a video stand among its subtitles.
enum class SpeechUse {
    kKeptLast,   ///< where there are no others and somebody had them made before
    kKeptFirst,  ///< before others, where somebody had them made before
    kMake        ///< before others; what was not heard yet is heard first, which takes its time
};

/// What is heard as subtitles; counts where SubtitleOptions want any and name no file.
struct SpeechWish {
    SpeechUse use = SpeechUse::kKeptLast;
    std::filesystem::path model = {};  ///< folder of a Whisper checkpoint; empty: whatever was
                                       ///< kept, else the first one found

    bool operator==(const SpeechWish&) const = default;
};

/// Which model to use, where it runs and in which number type. With a server only its own two
/// fields are looked at.
struct ModelChoice {
    std::filesystem::path folder;  ///< or a file in GGUF
    DeviceKind device = DeviceKind::kAuto;
    DtypeChoice dtype = DtypeChoice::kAuto;
    std::filesystem::path visionFile =
        {};  ///< of a GGUF: its tower's file; empty: the one that fits
    WeightChoice weights = WeightChoice::kStored;
    KvChoice kv = KvChoice::kRun;
    std::string server = {};       ///< address of another program that answers; empty: this machine
    std::string serverModel = {};  ///< which of its models; empty: the only one it has

    bool operator==(const ModelChoice&) const = default;

    bool isNone() const { return folder.empty() && server.empty(); }
};

/// One earlier exchange of the conversation, oldest first.
struct Turn {
    std::string question;
    std::string answer;
};

/// Everything one question needs. A value: later changes in the window do not reach a running
/// request.
struct AskRequest {
    std::filesystem::path video;
    std::string question;
    std::vector<Turn> history;  ///< earlier turns about the same video
    std::string systemPrompt;   ///< empty: the model's own
    ModelChoice model;
    SamplingOptions sampling;
    DecodeChoice decode = DecodeChoice::kAuto;
    int videoTrack = 0;  ///< of a file with several: 1, 2, ... in its order; 0: the main one
    SubtitleOptions subtitles;
    std::vector<CarriedLine> said;  ///< in place of any subtitles of the video's, in time order
    SpeechWish speech;
    AttentionOptions attention;
    GenerationOptions generation;
    std::int64_t maxMemoryBytes = 0;  ///< refuse to need more; 0: what the device has free
    bool wantFrames = false;          ///< send FrameSeen events with the pixels the model sees
    bool wantEvidence = false;        ///< fill AnswerReport::evidence
    bool wantFirstLogits = false;     ///< fill AnswerReport::firstLogits
    bool mayReuse = true;  ///< use features and keys/values of earlier questions where they fit
};

/// The same question dense and sparse; see Note [Comparison protocol] in comparison.h.
struct CompareRequest {
    AskRequest ask;  ///< attention holds the sparse side's options; sampling of words is greedy
    int rounds = 3;  ///< measured rounds after the warm-up
};

}  // namespace reelquery
