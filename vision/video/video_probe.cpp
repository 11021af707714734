#include "vision/video/video_probe.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "vision/video/av_handles.h"
#include "vision/video/file_checks.h"
#include "vision/video/media_input.h"
#include "vision/video/packet_scan.h"
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
    if (scan.endedEarly && headerEndS > pictureEndS + 1) {
        info.readableUntilS = lastS;
        return;  // the header's duration is what the file should have been
    }
    if (info.isStillImage) return;
    info.firstFrameS = index.timeS(index.frames.front().ptsTicks);
    info.pictureEndS = pictureEndS > info.firstFrameS ? pictureEndS : headerEndS;
    // Where sound was not read its length is in the header, and can be believed.
    info.durationS = scan.hasSoundEnd ? std::max(scan.endS, info.pictureEndS)
                                      : std::max(info.durationS, info.pictureEndS);
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
}

}  // namespace

void initVideoLibrary() {
    av_log_set_level(AV_LOG_QUIET);
}

VideoInfo probeVideo(const std::filesystem::path& path, const CancelToken& cancel,
                     std::int64_t scanBytes) {
    MediaInput input(path, cancel);
    VideoInfo info;
    info.path = path;
    readStreamFacts(input.format(), input.stream(), info);
    info.averageFps = info.isStillImage ? 1 : headerFps(input.format(), input.stream());
    info.durationS = info.isStillImage ? 0 : headerDurationS(input.format(), input.stream());
    if (!info.isStillImage) readPictureSpan(input, info);
    info.frameCount = std::max<std::int64_t>(
        1, std::llround((info.pictureEndS - info.firstFrameS) * info.averageFps));
    if (info.isStillImage) readStillPicture(input, info);

    const ContainerTable table = readContainerTable(input, info.pictureEndS);
    adoptTable(info, table);
    if (table.missingFromS) {
        info.readableUntilS = std::max(0.0, *table.missingFromS - 1 / info.averageFps);
        return info;
    }
    const bool isSmall = avio_size(input.format().pb) <= scanBytes;
    return isSmall || info.durationS <= 0 ? indexFrames(std::move(info), cancel) : info;
}

VideoInfo indexFrames(VideoInfo info, const CancelToken& cancel, const ScanProgress& progress) {
    if (info.index && info.index->isExact()) return info;
    MediaInput input(info.path, cancel);
    const PacketScan scan = scanPackets(input, info.averageFps, progress);
    adoptScan(info, scan);
    if (scan.tellsTurn && !info.isStillImage) {
        MediaInput fresh(info.path, cancel);
        readTurnInStream(fresh, info);
    }
    return info;
}

}  // namespace reelquery
