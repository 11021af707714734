#pragma once
// Which pictures of a list are looked at: pure.

#include "vision/video/frame_plan.h"

namespace reelquery {

/// As planFrames, for a list of pictures: all that lie in the range, each once, whatever rate
/// `options` has; only where they are more than options.frames, maxFrames or the token budget
/// allows are they thinned out, evenly. Requires info.pictures and options that planFrames takes.
/// Errors: as planFrames.
FramePlan planPictures(const VideoInfo& info, const SamplingOptions& options);

}  // namespace reelquery
