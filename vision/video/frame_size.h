#pragma once
// How large the model sees a frame. Pure arithmetic; source: qwen-vl-utils 0.0.14's rules.

#include <cstdint>

namespace reelquery {

/// Pixels along each side of one language-model token: 2x2 patches of 14x14.
inline constexpr int kTokenSide = 28;
inline constexpr std::int64_t kTokenPixels = kTokenSide * kTokenSide;

struct FrameSize {
    int height = 0;
    int width = 0;

    bool operator==(const FrameSize&) const = default;
};

/// Target size: multiples of 28, aspect ratio kept, area within [minPixels, maxPixels] where the
/// rounding allows it. Ties round to even, as Python's round() does.
/// Requires: height, width >= 1. Errors: kVideo when one side is over 200 times the other.
FrameSize smartResize(int height, int width, double minPixels, double maxPixels);

/// Upper limit of one frame's pixels when `frames` of them share totalTokens (two frames make one
/// token grid). The result never falls below 1.05 * minTokens, so a small budget can be exceeded;
/// planFrames checks for that.
double framePixelLimit(std::int64_t frames, std::int64_t totalTokens, int minTokens, int maxTokens);

/// Tokens of `frames` frames (an even number) of this size.
std::int64_t videoTokens(std::int64_t frames, FrameSize size);

}  // namespace reelquery
