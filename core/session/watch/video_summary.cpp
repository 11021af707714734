#include "core/session/watch/video_summary.h"

#include "core/session/watch/subtitles.h"
#include "vision/video/video_probe.h"

namespace reelquery {

VideoSummary summarizeVideo(const std::filesystem::path& path, const CancelToken& cancel) {
    const VideoInfo info = probeVideo(path, cancel);
    VideoSummary summary;
    summary.path = path;
    summary.durationS = info.durationS;
    summary.averageFps = info.averageFps;
    summary.frameCount = info.frameCount;
    summary.width = info.displayWidth;
    summary.height = info.displayHeight;
    summary.rotationDegrees = info.rotationDegrees;
    summary.codec = info.codec;
    summary.isHdr = info.isHdr();
    summary.isStillImage = info.isStillImage;
    summary.hasAudio = info.hasAudio;
    summary.subtitles = subtitleSources(info);
    return summary;
}

}  // namespace reelquery
