#pragma once
// What is known about a video before any frame is decoded.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vision/video/display_geometry.h"
#include "vision/video/frame_index.h"

namespace reelquery {

struct PictureList;

/// How code values become light.
enum class Transfer {
    kSdr,
    kPq,  ///< SMPTE ST 2084
    kHlg  ///< ARIB STD-B67
};

/// A subtitle stream inside the container.
struct SubtitleTrack {
    int streamIndex = 0;
    std::string codec;     ///< "subrip", "mov_text", "ass", ...
    std::string language;  ///< as tagged, often ISO 639-2; may be empty
    std::string title;     ///< may be empty
    bool isText = false;   ///< false for picture subtitles
    bool isDefault = false;
    bool isPartial = false;  ///< forced parts, signs, lyrics or a commentary: not all that is said
};

/// A stream of moving pictures inside the container.
struct VideoTrack {
    int streamIndex = 0;
    int width = 0, height = 0;  ///< as stored
    std::string language;       ///< as tagged, often ISO 639-2; may be empty
    std::string title;          ///< may be empty
};

/// A file that ends before it should: an interrupted copy, a recorder that died.
struct CutShort {
    double untilS = 0;                ///< pictures and sound are there up to here
    std::optional<double> promisedS;  ///< how long the header says the file is
};

/// "film.mkv is cut short: ...", one line for a person; `name` as in a message.
std::string cutShortText(const CutShort& cut, const std::string& name);

/// (bytes read so far, bytes of the file)
using ScanProgress = std::function<void(std::int64_t doneBytes, std::int64_t totalBytes)>;

/// Facts about the video stream that sampling would use. A value; copies share the frame index.
struct VideoInfo {
    std::filesystem::path path;
    std::string container;    ///< FFmpeg's name, e.g. "mov,mp4,m4a,3gp,3g2,mj2"
    std::string codec;        ///< FFmpeg's name, e.g. "h264"
    std::string pixelFormat;  ///< e.g. "yuv420p10le"
    int streamIndex = 0;
    std::vector<VideoTrack> videoTracks;  ///< in the file's order; pictures of covers are left out
    double durationS = 0;                 ///< of the file: till sound and picture have ended
    /// When the first frame is shown and when the last one's own time is over. Before, nothing is
    /// on show; after, the last frame stays. See Note [Time stamps].
    double firstFrameS = 0, pictureEndS = 0;
    ValueOrigin durationOrigin = ValueOrigin::kHeader;
    bool isDurationStated = true;  ///< by the header; false: guessed from the bit rate
    std::int64_t frameCount = 0;
    bool isFrameCountExact = false;  ///< false: duration times average rate
    double averageFps = 0;           ///< the "native rate" of the sampling rule; 1 for a still
    int codedWidth = 0, codedHeight = 0;
    int bitsPerPixel = 12;  ///< of a decoded picture in memory
    int keptPictures = 4;   ///< that the codec keeps for reference and reordering, at most
    /// As a player shows it: pixel aspect ratio applied, then rotated.
    int displayWidth = 0, displayHeight = 0;
    int rotationDegrees = 0;  ///< clockwise turn that makes it upright: 0, 90, 180, 270
    Orientation orientation;  ///< the same with mirroring; every frame is turned by it
    Transfer transfer = Transfer::kSdr;
    bool isMatrixKnown = true;  ///< the file says how its luma and chroma become RGB, or is RGB
    bool hasAlpha = false;
    bool isStillImage = false;
    bool isInterlaced = false;  ///< pictures are made of two fields taken one after the other
    bool hasAudio = false;
    std::vector<SubtitleTrack> subtitles;
    /// Set where the file's end is missing; duration and frames are those that are there.
    std::optional<CutShort> cutShort;
    /// Shared because plans and readers outlive copies of this struct. Null when the container
    /// lists no frames and the file is too large to be read through on opening; see indexFrames.
    std::shared_ptr<const FrameIndex> index;
    /// Set where the frames are still pictures, see picture_list.h; null for a file with a video.
    std::shared_ptr<const PictureList> pictures;

    bool isHdr() const { return transfer != Transfer::kSdr; }

    /// An MPEG transport or program stream.
    bool isBroadcast() const { return container == "mpegts" || container == "mpeg"; }

    /// The stretches between jumps of the file's clock; empty where it does not jump.
    std::vector<ClockRun> runs() const { return index ? index->runs : std::vector<ClockRun>(); }
};

}  // namespace reelquery
