// A stranger's video, picture or recording, through everything of ours that reads one before its
// first frame is decoded: opening, facts, packets, the index and text tracks.

#include <cmath>

#include "tests/fuzz/fuzz_input.h"
#include "vision/video/subtitle_reader.h"
#include "vision/video/video_probe.h"

using namespace reelquery;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const bool isSilent = (initVideoLibrary(), true);
    if (!isSilent) return 0;
    fuzz::parse([&] {
        const auto file = fuzz::write("video", fuzz::textOf(data, size));
        const VideoInfo video = indexFrames(probeVideo(file, {}, 0));
        if (!std::isfinite(video.durationS) || video.durationS < 0) fuzz::finding("no duration");
        if (video.index) {
            for (const IndexedFrame& frame : video.index->frames) {
                if (!std::isfinite(video.index->timeS(frame.ptsTicks)))
                    fuzz::finding("a frame at no time");
            }
        }
        if (video.displayWidth <= 0 || video.displayHeight <= 0) fuzz::finding("no size");
        for (const SubtitleTrack& track : video.subtitles) {
            if (!track.isText) continue;
            fuzz::parse([&] { readSubtitleTrack(video, track.streamIndex, {}); });
        }
    });
    return 0;
}
