#include "vision/video/frame_size.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"

namespace reelquery {
namespace {

constexpr double kMaxAspect = 200;

/// A multiple of `side` by the given rounding, never less than one.
int inTokens(double pixels, int side, double (*rounding)(double)) {
    return side * std::max(1, static_cast<int>(rounding(pixels / side)));
}

/// Half to even under the default rounding mode.
double halfToEven(double x) {
    return std::nearbyint(x);
}

double down(double x) {
    return std::floor(x);
}

double up(double x) {
    return std::ceil(x);
}

}  // namespace

FrameSize smartResize(int height, int width, double minPixels, double maxPixels, int tokenSide) {
    ENSURE(height >= 1 && width >= 1, "an empty frame has no size");
    const double h = height, w = width;
    if (std::max(h, w) / std::min(h, w) > kMaxAspect) {
        throw Error(ErrorCode::kVideo,
                    "the picture is " + std::to_string(width) + "x" + std::to_string(height) +
                        ": one side is more than 200 times the other",
                    "crop it to a less extreme shape");
    }
    FrameSize size{inTokens(h, tokenSide, halfToEven), inTokens(w, tokenSide, halfToEven)};
    const double area = static_cast<double>(size.height) * size.width;
    if (area > maxPixels) {
        const double shrink = std::sqrt(h * w / maxPixels);
        size = {inTokens(h / shrink, tokenSide, down), inTokens(w / shrink, tokenSide, down)};
    } else if (area < minPixels) {
        const double grow = std::sqrt(minPixels / (h * w));
        size = {inTokens(h * grow, tokenSide, up), inTokens(w * grow, tokenSide, up)};
    }
    return size;
}

double framePixelLimit(std::int64_t frames, std::int64_t totalTokens, int minTokens, int maxTokens,
                       int tokenSide) {
    ENSURE(frames >= 1, "a limit per frame needs frames");
    const std::int64_t pixels = tokenPixels(tokenSide);
    const double share =
        static_cast<double>(totalTokens * pixels) / static_cast<double>(frames) * 2;
    const double ceiling = static_cast<double>(maxTokens * pixels);
    const double floorPixels = std::floor(static_cast<double>(minTokens * pixels) * 1.05);
    return std::max(std::min(ceiling, share), floorPixels);
}

std::int64_t videoTokens(std::int64_t frames, FrameSize size, int tokenSide) {
    return frames / 2 * (size.height / tokenSide) * (size.width / tokenSide);
}

}  // namespace reelquery
