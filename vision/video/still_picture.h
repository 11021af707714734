#pragma once
// Pictures keep facts inside their one frame that a video has in its header.

#include "vision/video/media_input.h"
#include "vision/video/video_info.h"

namespace reelquery {

/// Decodes the picture to learn its real size and how it is to be turned (a photo's EXIF tag).
/// Errors: kVideo when it cannot be decoded; kCancelled.
void readStillPicture(MediaInput& input, VideoInfo& info);

}  // namespace reelquery
