#pragma once
// What is said in a video, line by line, for who searches it.

#include <filesystem>
#include <string>
#include <vector>

#include "core/answer/ask_request.h"
#include "core/base/cancel.h"

namespace reelquery {

/// A line and when it is said, on the player's clock.
struct VideoLine {
    double fromS = 0, toS = 0;
    std::string text;
};

/// The lines of one source of a video's subtitles, in order of time; none where its speech is yet
/// to be heard. A track in a large file means reading that through. Blocks; thread: any. Errors: as
/// probeVideo, readSubtitleFile and readSubtitleTrack.
std::vector<VideoLine> videoLines(const std::filesystem::path& video, const SubtitleSource& source,
                                  const CancelToken& cancel);

}  // namespace reelquery
