#pragma once
// SubRip and WebVTT text as timed lines. No FFmpeg, no torch here.

#include <string_view>
#include <vector>

#include "vision/video/subtitle_words.h"

namespace reelquery {

/// One subtitle as its source has it.
struct TimedLines {
    double fromS = 0, toS = 0;  ///< fromS <= toS; may be negative
    ShownLines lines;           ///< not empty
};

/// All subtitles of a text, in the text's order.
struct ParsedSubtitles {
    std::vector<TimedLines> cues;
    int unreadable = 0;  ///< with a time line that says no time
};

/// True for text that begins as every WebVTT file must.
bool isWebVtt(std::string_view text);

/// `text`: UTF-8 with any line ends; WebVTT where it says so, else SubRip. Never throws for what
/// the text holds: of no subtitle file there are no cues.
ParsedSubtitles parseSubtitles(std::string_view text);

}  // namespace reelquery
