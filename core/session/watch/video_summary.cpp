#include "core/session/watch/video_summary.h"

#include <algorithm>

#include "core/session/watch/subtitles.h"
#include "vision/video/picture_list.h"
#include "vision/video/video_probe.h"

namespace reelquery {

namespace {

/// The longest way between two key frames and a little; a guess where they are not known.
double searchMarginS(const VideoInfo& info) {
    constexpr double kUnknownS = 12, kLeastS = 3, kMostS = 60;
    if (!info.index || !info.index->isExact()) return kUnknownS;
    double widestS = 0, lastS = info.firstFrameS;
    for (const IndexedFrame& frame : info.index->frames) {
        if (!frame.isKey) continue;
        const double timeS = info.index->timeS(frame.ptsTicks);
        widestS = std::max(widestS, timeS - lastS);
        lastS = timeS;
    }
    widestS = std::max(widestS, info.pictureEndS - lastS);
    return std::clamp(2 * widestS, kLeastS, kMostS);
}

}  // namespace

VideoSummary summarizeVideo(const std::filesystem::path& path, const CancelToken& cancel,
                            int videoTrack,
                            const std::function<void(std::int64_t, std::int64_t)>& onScan) {
    const VideoInfo info = probeVideo(path, cancel, kScanOnOpenBytes, videoTrack, onScan);
    VideoSummary summary;
    summary.path = path;
    summary.durationS = info.durationS;
    summary.firstFrameS = info.firstFrameS;
    summary.streamIndex = info.streamIndex;
    for (const VideoTrack& track : info.videoTracks) {
        summary.pictureTracks.push_back(
            {track.streamIndex, track.width, track.height, track.language, track.title});
    }
    if (info.cutShort) summary.missingEnd = {info.cutShort->untilS, info.cutShort->promisedS};
    summary.isInterlaced = info.isInterlaced;
    if (info.isBroadcast()) {
        summary.searchMarginS = searchMarginS(info);
        for (const ClockRun& run : info.runs()) {
            summary.stretches.push_back({run.firstByte, run.lengthS, run.ownStartS});
        }
    }
    summary.averageFps = info.averageFps;
    summary.frameCount = info.frameCount;
    summary.width = info.displayWidth;
    summary.height = info.displayHeight;
    summary.rotationDegrees = info.rotationDegrees;
    summary.codec = info.codec;
    summary.isHdr = info.isHdr();
    summary.isStillImage = info.isStillImage;
    if (info.pictures) {
        for (const ListedFrame& frame : info.pictures->frames) {
            const bool isSecond =
                !summary.pictures.empty() && summary.pictures.back() == frame.file;
            if (frame.bytes < 0 && !isSecond) summary.pictures.push_back(frame.file);
        }
        summary.leftOut = info.pictures->leftOut;
    }
    summary.hasAudio = info.hasAudio;
    summary.subtitles = subtitleSources(info);
    return summary;
}

}  // namespace reelquery
