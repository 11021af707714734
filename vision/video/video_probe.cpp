#include "vision/video/video_probe.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "core/base/error.h"
#include "core/base/file_stamp.h"
#include "core/base/media_time.h"
#include "vision/video/av_handles.h"
#include "vision/video/file_checks.h"
#include "vision/video/file_end.h"
#include "vision/video/media_input.h"
#include "vision/video/packet_scan.h"
#include "vision/video/picture_list.h"
#include "vision/video/scan_memo.h"
#include "vision/video/still_picture.h"
#include "vision/video/stream_facts.h"

namespace reelquery {
namespace {

constexpr double kCredibleFpsError = 0.05;
constexpr double kFallbackFps = 25;  // where neither header nor packets tell a rate

double headerFps(AVFormatContext& format, AVStream& stream) {
    const AVRational rate = av_guess_frame_rate(&format, &stream, nullptr);
    const AVRational average = stream.avg_frame_rate;
    if (average.num > 0 && average.den > 0) return av_q2d(average);
    return rate.num > 0 && rate.den > 0 ? av_q2d(rate) : kFallbackFps;
}

double headerDurationS(const AVFormatContext& format, const AVStream& stream) {
    if (format.duration > 0) return static_cast<double>(format.duration) / AV_TIME_BASE;
    return stream.duration > 0 ? static_cast<double>(stream.duration) * av_q2d(stream.time_base)
                               : 0;
}

/// First and last moment of the pictures as the header says.
void readPictureSpan(MediaInput& input, VideoInfo& info) {
    const AVStream& stream = input.stream();
    const double tickS = av_q2d(stream.time_base);
    if (stream.start_time != AV_NOPTS_VALUE) {
        info.firstFrameS = static_cast<double>(stream.start_time - input.startTicks()) * tickS;
    }
    info.pictureEndS = stream.duration > 0
                           ? info.firstFrameS + static_cast<double>(stream.duration) * tickS
                           : info.durationS;
}

/// Containers whose header alone tells that an end is missing: in others some stream beside
/// pictures and sound may go on for longer.
bool hasOnlyItsHeader(const VideoInfo& info) {
    return info.container == "flv" || info.container == "asf" || info.container == "avi";
}

/// Holds what was found of the file's end, at `endS`, against what its header says.
void noteCut(VideoInfo& info, const PacketScan& scan, double endS) {
    constexpr double kSameS = 0.2, kLeastMissingS = 1, kLeastMissingShare = 0.02;
    const double promisedS = info.cutShort           ? info.cutShort->promisedS.value_or(0)
                             : info.isDurationStated ? info.durationS
                                                     : 0;
    const double missingS = promisedS - endS;
    const bool isCut = scan.lacksEnd || info.cutShort;
    const bool isMuch = missingS > std::max(kLeastMissingS, kLeastMissingShare * promisedS);
    if (!isCut && !(isMuch && (scan.endedEarly || hasOnlyItsHeader(info)))) return;
    info.cutShort = CutShort{endS, missingS > kSameS ? std::optional(promisedS) : std::nullopt};
}

void adoptScan(VideoInfo& info, const PacketScan& scan) {
    if (scan.index->frames.empty()) {
        throw Error(ErrorCode::kVideo, shownName(info.path) + " holds no video frames",
                    "copy or download it again");
    }
    const FrameIndex& index = *scan.index;
    const double headerEndS = info.pictureEndS;
    info.index = scan.index;
    info.frameCount = static_cast<std::int64_t>(index.frames.size());
    info.isFrameCountExact = true;
    const double lastS = index.timeS(index.frames.back().ptsTicks);
    const double pictureEndS = std::max(scan.pictureEndS, lastS);
    if (info.isStillImage) return;
    // The clock begins where the container says. One that says it of no picture is damaged.
    if (pictureEndS < 0) {
        throw Error(ErrorCode::kVideo,
                    shownName(info.path) + " is damaged: all its pictures lie before its start",
                    "copy or download it again");
    }
    info.firstFrameS = index.timeS(index.frames.front().ptsTicks);
    info.pictureEndS = pictureEndS > info.firstFrameS ? pictureEndS : headerEndS;
    // Where sound was not read its length is in the header, and can be believed of a whole file.
    const bool knowsEnd = scan.hasSoundEnd || scan.lacksEnd || info.cutShort;
    const double endS = knowsEnd ? std::max(scan.endS, info.pictureEndS)
                                 : std::max(info.durationS, info.pictureEndS);
    noteCut(info, scan, endS);
    info.durationS = endS;
    const double shownS = info.pictureEndS - info.firstFrameS;
    const double contentFps =
        shownS > 0 ? static_cast<double>(info.frameCount) / shownS : info.averageFps;
    // Small differences are rounding in the time stamps, and would shift the sampling rule.
    if (std::abs(contentFps / info.averageFps - 1) > kCredibleFpsError) {
        info.averageFps = contentFps;
    }
    info.durationOrigin = ValueOrigin::kContent;
}

/// Key frames behind the end that the header claims prove it wrong.
void believeKeyFrames(VideoInfo& info, const FrameIndex& keys) {
    const double firstS = keys.timeS(keys.frames.front().ptsTicks);
    const double lastS = keys.timeS(keys.frames.back().ptsTicks);
    if (lastS < info.pictureEndS) return;
    info.pictureEndS = lastS + (lastS - firstS) / static_cast<double>(keys.frames.size() - 1);
    info.durationS = std::max(info.durationS, info.pictureEndS);
    info.frameCount = std::llround((info.pictureEndS - info.firstFrameS) * info.averageFps);
}

void adoptTable(VideoInfo& info, const ContainerTable& table) {
    info.index = table.index;
    if (!table.index) return;
    if (!table.index->hasEveryFrame) {
        believeKeyFrames(info, *table.index);
        return;
    }
    info.frameCount = static_cast<std::int64_t>(table.index->frames.size());
    info.isFrameCountExact = true;
    if (!table.lacksEnd) return;
    const double lastS = table.index->timeS(table.index->frames.back().ptsTicks);
    info.pictureEndS = lastS + 1 / info.averageFps;
    info.cutShort = CutShort{info.pictureEndS, info.durationS};
    info.durationS = info.pictureEndS;
}

/// Index in the container of the n-th video track, counted from 1.
int streamOf(const VideoInfo& info, int videoTrack) {
    const auto tracks = static_cast<int>(info.videoTracks.size());
    if (videoTrack < 1 || videoTrack > tracks) {
        throw Error(ErrorCode::kUsage,
                    shownName(info.path) + " has " + std::to_string(tracks) + " video track" +
                        (tracks == 1 ? "" : "s") + ", and none with the number " +
                        std::to_string(videoTrack),
                    "choose one from 1 to " + std::to_string(tracks));
    }
    return info.videoTracks[static_cast<std::size_t>(videoTrack) - 1].streamIndex;
}

}  // namespace

std::string cutShortText(const CutShort& cut, const std::string& name) {
    const std::string until = "its data ends at " + formatClock(cut.untilS);
    return name + " is cut short: " +
           (cut.promisedS ? "it should run to " + formatClock(*cut.promisedS) + " but " + until
                          : "its end is missing, " + until);
}

void initVideoLibrary() {
    av_log_set_level(AV_LOG_QUIET);
}

VideoInfo probeVideo(const std::filesystem::path& path, const CancelToken& cancel,
                     std::int64_t scanBytes, int videoTrack, const ScanProgress& progress) {
    if (isPictureList(path)) return probePictures(path, cancel);
    auto opened = std::make_unique<MediaInput>(path, cancel);
    VideoInfo info;
    info.path = path;
    readStreamFacts(opened->format(), opened->stream(), info);
    if (videoTrack != 0) {
        const int stream = streamOf(info, videoTrack);
        opened = std::make_unique<MediaInput>(path, cancel, stream);
        info = {};
        info.path = path;
        readStreamFacts(opened->format(), opened->stream(), info);
    }
    MediaInput& input = *opened;
    info.averageFps = info.isStillImage ? 1 : headerFps(input.format(), input.stream());
    info.durationS = info.isStillImage ? 0 : headerDurationS(input.format(), input.stream());
    info.isDurationStated = input.format().duration_estimation_method == AVFMT_DURATION_FROM_STREAM;
    if (!info.isStillImage) readPictureSpan(input, info);
    info.frameCount = std::max<std::int64_t>(
        1, std::llround((info.pictureEndS - info.firstFrameS) * info.averageFps));
    if (info.isStillImage) readStillPicture(input, info);

    const ContainerTable table = readContainerTable(input, info.pictureEndS);
    adoptTable(info, table);
    const bool isSmall = avio_size(input.format().pb) <= scanBytes;
    // How far a file that was cut short goes is nowhere written.
    const bool isCut = !(info.index && info.index->hasEveryFrame) && isEndMissing(path);
    return isSmall || isCut || info.durationS <= 0 ? indexFrames(std::move(info), cancel, progress)
                                                   : info;
}

VideoInfo indexFrames(VideoInfo info, const CancelToken& cancel, const ScanProgress& progress) {
    if (info.index && info.index->isExact()) return info;
    throwIfCancelled(cancel);
    static ScanMemo memo;
    const auto stamp = fileStamp(info.path);
    if (stamp) {
        if (auto known = memo.find(*stamp, info)) return *std::move(known);
    }
    MediaInput input(info.path, cancel, info.streamIndex);
    const PacketScan scan = scanPackets(input, info.averageFps, progress);
    adoptScan(info, scan);
    if (scan.tellsTurn && !info.isStillImage) {
        MediaInput fresh(info.path, cancel, info.streamIndex);
        readTurnInStream(fresh, info);
    }
    if (stamp) memo.keep(*stamp, info);
    return info;
}

}  // namespace reelquery
