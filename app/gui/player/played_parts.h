#pragma once
// A film that mpv plays as several, put end to end.

#include <string>
#include <vector>

#include "core/session/events.h"

namespace reelquery {

/// One of them.
struct PlayedPart {
    std::string place;     ///< what mpv opens: bytes of a path, or of an address of mpv's own
    double ownStartS = 0;  ///< on the part's own clock, which mpv's cut lists count in
    double lengthS = 0;
};

/// A file whose clock jumps as its stretches, each with a clock of its own; a folder as its
/// pictures, a second each. Empty for a film that mpv plays as it is. The paths are absolute.
std::vector<PlayedPart> playedParts(const VideoSummary& video);

/// Text preceded by its length in bytes, so that no mark in it means anything to a cut list.
std::string countedText(const std::string& text);

}  // namespace reelquery
