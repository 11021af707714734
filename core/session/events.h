#pragma once
// What the engine reports, as value structs; see Session for which request sends which.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/error.h"
#include "core/base/run_options.h"
#include "core/session/compare/comparison.h"
#include "core/session/report/answer_report.h"

namespace reelquery {

using RequestId = std::uint64_t;

/// Subtitles that can go into the prompt.
struct SubtitleSource {
    std::filesystem::path file;  ///< beside the video; empty for a track of the video itself
    int stream = -1;             ///< of the container; -1 for a file
    std::string language;        ///< as the container or the file's name says; may be empty
    bool isPartial = false;      ///< forced parts, signs or a commentary: not all that is said
};

/// One of several recordings in one file, put end to end: what a player needs to play on where the
/// file's own clock jumps.
struct PlayedStretch {
    std::int64_t firstByte = 0;  ///< readable on its own from here to the next one's
    double lengthS = 0;
    double ownStartS = 0;  ///< what the stretch's own clock says where it starts
};

/// What the container says about a video. Times are those of a player, here and in all events: 0 is
/// the start of the file, and the last picture stands until the sound has ended, too.
struct VideoSummary {
    std::filesystem::path path;
    double durationS = 0;
    double firstFrameS = 0;  ///< before, nothing is to be seen
    int streamIndex = 0;     ///< of the pictures, in the container
    bool isInterlaced = false;
    /// How far back a player must read to show a moment exactly, where it searches the file by
    /// guessing (transport and program streams); 0 where it does not.
    double searchMarginS = 0;
    std::vector<PlayedStretch> stretches;  ///< empty unless the file's clock jumps
    double averageFps = 0;
    std::int64_t frameCount = 0;  ///< an estimate where the container has no index
    int width = 0, height = 0;    ///< as shown: after rotation and pixel aspect ratio
    int rotationDegrees = 0;
    std::string codec;
    bool isHdr = false;
    bool isStillImage = false;
    bool hasAudio = false;
    std::vector<SubtitleSource> subtitles;  ///< the one that would be used first
};

/// Ends openVideo.
struct VideoOpened {
    RequestId request = 0;
    VideoSummary video;
};

/// A way to make a question fit that did not, with its cost.
struct PlanChoice {
    std::string what;  ///< "fewer frames", "smaller frames", "shorter range"
    std::string flag;  ///< the same as command-line flags, e.g. "--frames 96"
    int frames = 0;
    std::int64_t videoTokens = 0;
    std::int64_t memoryBytes = 0;
    SamplingOptions sampling;  ///< what the flags stand for
};

/// How long a question should take, from what was measured on this machine before.
struct Forecast {
    double decodeS = 0, encodeS = 0, prefillS = 0;
    double firstTokenS = 0;  ///< all of it until the first word
};

/// What a question will cost, before any work is done.
struct Plan {
    int frames = 0;
    int frameWidth = 0, frameHeight = 0;  ///< as the model sees them
    double fromS = 0, toS = 0;            ///< first and last wanted time
    std::int64_t videoTokens = 0;
    std::int64_t promptTokens = 0;  ///< estimate: video, time text, question and history
    std::int64_t weightBytes = 0;
    std::int64_t cacheBytes = 0;      ///< keys and values
    std::int64_t workBytes = 0;       ///< activations, features, frames that are shown
    std::int64_t availableBytes = 0;  ///< on the chosen device
    std::int64_t hostBytes = 0;  ///< of the machine's memory beside a card; 0 on a processor, where
                                 ///< everything is in the figures above
    std::int64_t hostAvailableBytes = 0;
    bool fits = true;
    std::optional<Forecast> forecast;  ///< none before this machine was measured
    std::vector<PlanChoice> choices;   ///< filled when it does not fit

    /// Of the chosen device.
    std::int64_t memoryBytes() const { return weightBytes + cacheBytes + workBytes; }
};

/// Ends plan; sent early by ask.
struct PlanReady {
    RequestId request = 0;
    Plan plan;
};

/// Ends loadModel.
struct ModelReady {
    RequestId request = 0;
    std::string name;    ///< folder name
    std::string family;  ///< config.json's model_type: "qwen2_vl"
    std::int64_t parameters = 0;
    std::int64_t weightBytes = 0;
    std::string device;  ///< "cpu", "cuda:0 NVIDIA ..."
    std::string dtype;   ///< "bfloat16", "float32"
};

enum class Phase { kLoad, kDecode, kEncode, kPrefill, kAnswer };

/// How far a phase is. Phases overlap (decode runs ahead of encode); counts never go back.
struct Progress {
    RequestId request = 0;
    Phase phase = Phase::kLoad;
    std::int64_t done = 0;
    std::int64_t total = 0;  ///< 0 while unknown
};

/// One frame as the model sees it: resized, rotated, tone-mapped.
struct FrameSeen {
    RequestId request = 0;
    int index = 0;
    double timeS = 0;  ///< real presentation time from the first frame
    int width = 0, height = 0;
    std::shared_ptr<const std::vector<std::uint8_t>>
        rgb;  ///< [height, width, 3]; shared, immutable
};

/// Some more of the answer: whole UTF-8 characters.
struct AnswerDelta {
    RequestId request = 0;
    std::string text;
};

/// Ends ask.
struct AnswerDone {
    RequestId request = 0;
    AnswerReport report;
};

/// A pass of a comparison begins.
struct ComparisonStep {
    RequestId request = 0;
    bool isSparse = false;
    int round = 0;  ///< 0 is the warm-up
    int rounds = 0;
    /// What each side answered; empty until its warm-up is over.
    std::string denseAnswer = {}, sparseAnswer = {};
};

/// Ends compare.
struct ComparisonDone {
    RequestId request = 0;
    ComparisonReport report;
};

/// Ends any request that could not be served.
struct Failed {
    RequestId request = 0;
    ErrorCode code = ErrorCode::kInternal;
    std::string message;
    std::string hint;
    std::string partialAnswer;  ///< what was already said
};

/// Ends any request that was stopped.
struct Cancelled {
    RequestId request = 0;
    std::string partialAnswer;
};

using Event = std::variant<VideoOpened, PlanReady, ModelReady, Progress, FrameSeen, AnswerDelta,
                           AnswerDone, ComparisonStep, ComparisonDone, Failed, Cancelled>;

}  // namespace reelquery
