#include "vision/video/key_frame_choice.h"

#include <catch2/catch.hpp>

namespace reelquery {
namespace {

using Chosen = std::vector<std::optional<std::size_t>>;
constexpr auto kNone = std::nullopt;

TEST_CASE("each wanted time takes the nearest key frame within the distance") {
    CHECK(keyFramesFor({0, 10, 20}, {1, 9, 17}, 2) == Chosen{0, 1, kNone});
    CHECK(keyFramesFor({0, 10, 20}, {}, 5) == Chosen{kNone, kNone, kNone});
}

TEST_CASE(
    "a key frame between two wanted times goes to the nearer, the earlier when equally near") {
    CHECK(keyFramesFor({0, 10}, {6}, 10) == Chosen{kNone, 0});
    CHECK(keyFramesFor({0, 10}, {5}, 5) == Chosen{0, kNone});
}

TEST_CASE("a time that is a key frame itself keeps it when times crowd") {
    CHECK(keyFramesFor({0, 1, 20}, {1}, 10) == Chosen{kNone, 0, kNone});
}

}  // namespace
}  // namespace reelquery
