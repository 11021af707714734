#pragma once
// One picture of a list, decoded.

#include <string>

#include "core/base/cancel.h"
#include "vision/video/frame_size.h"
#include "vision/video/picture_list.h"

namespace reelquery {

/// What a picture is once it is decoded.
struct ListedShape {
    FrameSize shown;    ///< upright, pixels square
    std::string codec;  ///< FFmpeg's name
};

/// Decodes the picture. Errors: kVideo, kCancelled.
ListedShape shapeOfListed(const ListedFrame& frame, const CancelToken& cancel);

/// Whether the sides have the same ratio but for rounding.
bool isSameShape(FrameSize one, FrameSize other);

}  // namespace reelquery
