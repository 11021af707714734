#pragma once
// How a coded picture is turned and stretched to be shown. Pure.

#include <array>
#include <cstdint>

#include "vision/video/frame_size.h"

namespace reelquery {

/// The eight ways to lay a picture: transposed (rows become columns) first, then mirrored.
struct Orientation {
    bool isTransposed = false;
    bool isMirroredX = false;  ///< left and right swapped
    bool isMirroredY = false;  ///< top and bottom swapped

    bool operator==(const Orientation&) const = default;
};

/// From a container's display matrix {a b u, c d v, x y w}, which maps a coded pixel (p, q) to
/// (a p + c q + x, b p + d q + y). Turns other than quarter turns become the nearest one.
Orientation orientationOf(const std::array<std::int32_t, 9>& displayMatrix);

/// Clockwise turn in degrees (0, 90, 180, 270) that together with at most a left-right mirroring
/// makes the picture upright.
int rotationDegrees(const Orientation& orientation);

/// Size as shown: pixels are made square by stretching one side, never by shrinking, then the
/// picture is turned. A ratio of 0 means square pixels.
FrameSize displaySize(FrameSize coded, double pixelAspectRatio, const Orientation& orientation);

}  // namespace reelquery
