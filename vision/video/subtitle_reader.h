#pragma once
// What is said in a video, from a subtitle file or from a text track of the container.
//
// Note [Subtitle times]
// Like every time that leaves vision/video, cue times are those of a player's clock, whose zero is
// where the container starts: what a subtitle file counts from, too.

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "vision/video/video_info.h"

namespace reelquery {

/// One line as shown: markup taken out, line breaks turned into spaces, UTF-8, not empty.
struct SubtitleCue {
    double fromS = 0, toS = 0;  ///< fromS <= toS; cues may overlap and lie outside the video
    std::string text;
};

/// All cues of one source in order of fromS.
struct SubtitleText {
    std::vector<SubtitleCue> cues;
    bool wasLatin1 = false;  ///< the file is not UTF-8 and was read as ISO 8859-1
    int unreadable = 0;      ///< cues that could not be decoded and were passed over
};

/// Reads a .srt or .vtt file that belongs to `video`: UTF-8, UTF-16 with a byte order mark, else
/// ISO 8859-1. Thread: any; blocks.
/// Errors: kVideo for another ending, a file that cannot be read, one above 16 MiB, one without a
/// single cue; kCancelled.
SubtitleText readSubtitleFile(const std::filesystem::path& file, const VideoInfo& video,
                              const CancelToken& cancel);

/// Reads a text track of the video. The whole file is read through where the container does not
/// say where the track's packets lie. Requires: the track is in video.subtitles with isText.
/// Errors: kVideo where it cannot be decoded or holds more than 16 MiB of text; kCancelled.
SubtitleText readSubtitleTrack(const VideoInfo& video, int streamIndex, const CancelToken& cancel);

}  // namespace reelquery
