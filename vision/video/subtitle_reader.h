#pragma once
// What is said in a video, from a subtitle file or from a text track of the container.
//
// Note [Subtitle times]
// Cue times are on the players' clock: the start of the file is zero, whatever starts first in it.
// A subtitle file counts from there by itself; a track's time stamps are on the container's clock.

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "vision/video/rolling_captions.h"
#include "vision/video/video_info.h"

namespace reelquery {

/// All cues of one source in order of fromS: markup taken out, line breaks turned into spaces,
/// UTF-8, each line once (see eachLineOnce).
struct SubtitleText {
    std::vector<SubtitleCue> cues;
    std::string readAs;  ///< the encoding that was guessed, "CP1251"; empty for any Unicode
    int unreadable = 0;  ///< cues that could not be decoded and were passed over
};

/// Reads a .srt or .vtt file in any encoding (Note [Encodings]). Thread: any; blocks.
/// Errors: kVideo for another ending, a file that cannot be read, one above 16 MiB, one without a
/// single cue; kCancelled.
SubtitleText readSubtitleFile(const std::filesystem::path& file, const CancelToken& cancel);

/// Reads a text track of the video. The whole file is read through where the container does not
/// say where the track's packets lie. Requires: the track is in video.subtitles with isText.
/// Errors: kVideo where it cannot be decoded or holds more than 16 MiB of text; kCancelled.
SubtitleText readSubtitleTrack(const VideoInfo& video, int streamIndex, const CancelToken& cancel);

}  // namespace reelquery
