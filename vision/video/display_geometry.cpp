#include "vision/video/display_geometry.h"

#include <cmath>
#include <cstdlib>
#include <utility>

namespace reelquery {

Orientation orientationOf(const std::array<std::int32_t, 9>& displayMatrix) {
    const std::int64_t a = displayMatrix[0], b = displayMatrix[1];
    const std::int64_t c = displayMatrix[3], d = displayMatrix[4];
    if (std::llabs(a) + std::llabs(d) >= std::llabs(b) + std::llabs(c)) {
        return {false, a < 0, d < 0};
    }
    return {true, c < 0, b < 0};
}

int rotationDegrees(const Orientation& orientation) {
    if (!orientation.isTransposed) return orientation.isMirroredY ? 180 : 0;
    // A clockwise quarter turn is a transposition mirrored left-right.
    return orientation.isMirroredY ? 270 : 90;
}

FrameSize displaySize(FrameSize coded, double pixelAspectRatio, const Orientation& orientation) {
    FrameSize shown = coded;
    if (pixelAspectRatio > 1) {
        shown.width = static_cast<int>(std::lround(coded.width * pixelAspectRatio));
    } else if (pixelAspectRatio > 0) {
        shown.height = static_cast<int>(std::lround(coded.height / pixelAspectRatio));
    }
    if (orientation.isTransposed) std::swap(shown.width, shown.height);
    return shown;
}

}  // namespace reelquery
