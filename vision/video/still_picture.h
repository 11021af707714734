#pragma once
// Pictures keep facts inside their one frame that a video has in its header.

#include "vision/video/media_input.h"
#include "vision/video/video_info.h"

namespace reelquery {

/// Decodes the first picture of a video whose stream tells how its pictures are turned, and takes
/// that turn instead of the container's. Leaves the video as it is where nothing can be decoded.
/// Errors: kCancelled.
void readTurnInStream(MediaInput& input, VideoInfo& info);

/// Decodes the picture to learn its real size and how it is to be turned (a photo's EXIF tag).
/// Errors: kVideo when it cannot be decoded; kCancelled.
void readStillPicture(MediaInput& input, VideoInfo& info);

/// Decodes the picture into `frame`. Returns how it is to be turned. Errors: as readStillPicture.
Orientation decodeStillPicture(MediaInput& input, AVFrame& frame);

}  // namespace reelquery
