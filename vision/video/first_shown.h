#pragma once
// The beginning of a recording that was cut anywhere. Included only inside vision/video.

#include "vision/video/frame_index.h"
#include "vision/video/media_input.h"

namespace reelquery {

/// Takes the frames off the front of the index that no decoder can make, for want of the key frame
/// before them: where the file does not begin with a key frame, or frames are shown before the
/// first one. Which these are is asked of the decoder, so files that begin as they should cost
/// nothing. `input`: which file and stream; it is not read.
/// Errors: kVideo, kCancelled.
void dropUndecodableStart(MediaInput& input, FrameIndex& index);

}  // namespace reelquery
