#pragma once
// Captions that scroll: each line is on the screen more than once but was said once.

#include <string>
#include <vector>

#include "vision/video/subtitle_parser.h"

namespace reelquery {

/// One line as said: UTF-8, not empty.
struct SubtitleCue {
    double fromS = 0, toS = 0;  ///< fromS <= toS; cues may overlap and lie outside the video
    std::string text;
};

/// The subtitles in order of time, each line once, at the time it came up. A line counts as still
/// the same one where it is in place without a gap: at the top of what follows (scrolling), again
/// (one subtitle cut in pieces), or longer than before (written word by word). `cues`: in any
/// order.
std::vector<SubtitleCue> eachLineOnce(std::vector<TimedLines> cues);

}  // namespace reelquery
