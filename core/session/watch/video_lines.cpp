#include "core/session/watch/video_lines.h"

#include <utility>

#include "vision/video/subtitle_reader.h"
#include "vision/video/video_probe.h"

namespace reelquery {

std::vector<VideoLine> videoLines(const std::filesystem::path& video, const SubtitleSource& source,
                                  const CancelToken& cancel) {
    const bool isFile = source.stream < 0;
    if (isFile && source.file.empty()) return {};
    SubtitleText text = isFile
                            ? readSubtitleFile(source.file, cancel)
                            : readSubtitleTrack(probeVideo(video, cancel), source.stream, cancel);
    std::vector<VideoLine> lines;
    lines.reserve(text.cues.size());
    for (SubtitleCue& cue : text.cues) lines.push_back({cue.fromS, cue.toS, std::move(cue.text)});
    return lines;
}

}  // namespace reelquery
