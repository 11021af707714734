#pragma once
// What keeps FFmpeg to the one file it was given. Included only inside vision.

#include "vision/video/av_handles.h"

namespace reelquery {

/// Options for avformat_open_input: neither the network nor, by way of a list, another file. All
/// that is known of a video (its index, what is kept of it) is known by the bytes of its one file.
/// A list makes the call fail with EINVAL.
void keepToOneFile(av::Options& options);

}  // namespace reelquery
