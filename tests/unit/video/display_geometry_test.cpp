#include "vision/video/display_geometry.h"

#include <catch2/catch.hpp>

namespace reelquery {
namespace {

constexpr std::int32_t kOne = 1 << 16;

Orientation orientation(std::int32_t a, std::int32_t b, std::int32_t c, std::int32_t d) {
    return orientationOf({a * kOne, b * kOne, 0, c * kOne, d * kOne, 0, 0, 0, 1 << 30});
}

TEST_CASE("display matrices become turns") {
    CHECK(orientation(1, 0, 0, 1) == Orientation{});
    CHECK(rotationDegrees(orientation(0, 1, -1, 0)) == 90);  // x' = -y, y' = x: clockwise
    CHECK(rotationDegrees(orientation(-1, 0, 0, -1)) == 180);
    CHECK(rotationDegrees(orientation(0, -1, 1, 0)) == 270);
    CHECK(orientation(-1, 0, 0, 1) == Orientation{false, true, false});  // mirrored only
    CHECK(orientationOf({}) == Orientation{});                           // a matrix of zeros
}

TEST_CASE("pixels are made square by stretching, then the picture is turned") {
    const Orientation upright, turned{true, true, false};
    CHECK(displaySize({576, 720}, 16.0 / 15, upright) == FrameSize{576, 768});
    CHECK(displaySize({576, 720}, 0.5, upright) == FrameSize{1152, 720});
    CHECK(displaySize({576, 720}, 0, turned) == FrameSize{720, 576});
    CHECK(displaySize({1080, 1440}, 4.0 / 3, turned) == FrameSize{1920, 1080});
}

}  // namespace
}  // namespace reelquery
