#pragma once
// What the engine reports, as value structs; see Session for which request sends which.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/answer/answer_events.h"
#include "core/answer/answer_report.h"
#include "core/answer/ask_request.h"
#include "core/answer/comparison.h"
#include "core/base/error.h"

namespace reelquery {

/// One of several recordings in one file, put end to end: what a player needs to play on where the
/// file's own clock jumps.
struct PlayedStretch {
    std::int64_t firstByte = 0;  ///< readable on its own from here to the next one's
    double lengthS = 0;
    double ownStartS = 0;  ///< what the stretch's own clock says where it starts
};

/// A stream of moving pictures in a file, to choose among.
struct PictureTrack {
    int streamIndex = 0;
    int width = 0, height = 0;  ///< as stored
    std::string language;       ///< as tagged, often ISO 639-2; may be empty
    std::string title;          ///< may be empty
};

/// A file that ends before it should; its duration is that of what is there.
struct MissingEnd {
    double untilS = 0;                ///< pictures and sound are there up to here
    std::optional<double> promisedS;  ///< how long the header says the file is
};

/// What the container says about a video. Times are those of a player, here and in all events: 0 is
/// the start of the file, and the last picture stands until the sound has ended, too.
struct VideoSummary {
    std::filesystem::path path;
    double durationS = 0;
    double firstFrameS = 0;                   ///< before, nothing is to be seen
    int streamIndex = 0;                      ///< of the pictures, in the container
    std::vector<PictureTrack> pictureTracks;  ///< in the file's order; streamIndex is one of them
    std::optional<MissingEnd> missingEnd;     ///< set where the file was cut short
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
    std::vector<std::filesystem::path> pictures;  ///< of a folder, a second each; else empty
    std::vector<std::string> leftOut;             ///< names of those that cannot be read
    bool hasAudio = false;
    std::vector<SubtitleSource> subtitles;  ///< the one that would be used first
};

/// Ends openVideo.
struct VideoOpened {
    RequestId request = 0;
    VideoSummary video;
};

/// How far a video was watched ahead.
struct WatchedTo {
    RequestId request = 0;
    double timeS = 0;  ///< of the last frame that was encoded
};

/// How far the sound of a video was heard before a question that reads what is said in it.
struct HeardTo {
    RequestId request = 0;
    double doneS = 0, allS = 0;  ///< of sound; allS 0 while that is not known
};

/// Ends watch.
struct Watched {
    RequestId request = 0;
};

/// Ends ask.
struct AnswerDone {
    RequestId request = 0;
    AnswerReport report;
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

using Event = std::variant<VideoOpened, PlanReady, ModelReady, Progress, ScannedTo, FrameSeen,
                           AnswerDelta, AnswerDone, ComparisonStep, ComparisonDone, HeardTo,
                           WatchedTo, Watched, Failed, Cancelled>;

}  // namespace reelquery
