#pragma once
// Frames by what is on show at evenly spread times, for videos whose frames come unevenly. Pure.

#include <cstdint>
#include <vector>

#include "vision/video/clip_range.h"
#include "vision/video/timeline.h"

namespace reelquery {

/// True when counting frames and counting time differ: some frame of the range lies a quarter of a
/// second, and more than one and a half mean steps, from where an even rate would have it.
bool isUneven(const Timeline& timeline, const ClipRange& clip);

/// Frames a second inside the clips: meanFps, the whole video's, unless its frames come unevenly.
double rateInside(const Timeline& timeline, const std::vector<ClipRange>& clips, double meanFps);

/// `count` different frames of the range, in order, the first and the last among them: those on
/// show at even times. A frame that stays for longer than a step has that step alone, and the rest
/// of the time is spread evenly over the other frames.
/// Requires: 2 <= count <= clip.frameCount().
std::vector<std::int64_t> framesByTime(const Timeline& timeline, const ClipRange& clip,
                                       std::int64_t count);

}  // namespace reelquery
