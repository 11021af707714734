#pragma once
// How large the model sees a frame. Pure arithmetic; source: qwen-vl-utils 0.0.14's rules.
// tokenSide: pixels along each side of one language-model token (SamplingOptions::tokenSide).

#include <cstdint>

namespace reelquery {

struct FrameSize {
    int height = 0;
    int width = 0;

    bool operator==(const FrameSize&) const = default;
};

/// Pixels of one language-model token.
constexpr std::int64_t tokenPixels(int tokenSide) {
    return std::int64_t{tokenSide} * tokenSide;
}

/// Target size: multiples of tokenSide, aspect ratio kept, area within [minPixels, maxPixels] where
/// the rounding allows it. Ties round to even, as Python's round() does.
/// Requires: height, width >= 1. Errors: kVideo when one side is over 200 times the other.
FrameSize smartResize(int height, int width, double minPixels, double maxPixels, int tokenSide);

/// Upper limit of one frame's pixels when `frames` of them share totalTokens (two frames make one
/// token grid). The result never falls below 1.05 * minTokens, so a small budget can be exceeded;
/// planFrames checks for that.
double framePixelLimit(std::int64_t frames, std::int64_t totalTokens, int minTokens, int maxTokens,
                       int tokenSide);

/// Tokens of `frames` frames (an even number) of this size.
std::int64_t videoTokens(std::int64_t frames, FrameSize size, int tokenSide);

}  // namespace reelquery
