#include "core/model/mrope.h"

#include <catch2/catch.hpp>
#include <vector>

#include "core/base/error.h"
#include "core/model/prompt_builder.h"

namespace reelquery {

TEST_CASE("A long video pushes the question behind its last time step") {
    // Worked example: 15 text tokens, 384 pairs of 12 x 20 tokens, 12 text tokens.
    const MropePositions positions =
        mropePositions(15 + 384 * 120 / 2 + 12, {{15, {384, 12, 20}, false, 1.0}}, 2, 0);
    REQUIRE(positions.size() == 23067);
    CHECK(positions.axes[0][15] == 15);
    CHECK(positions.axes[0][23054] == 398);
    CHECK(positions.axes[1][23054] == 20);
    CHECK(positions.axes[2][23054] == 24);
    CHECK(positions.axes[0][23055] == 399);
    CHECK(positions.axes[2][23066] == 410);
    CHECK(positions.delta == 411 - 23067);
}

TEST_CASE("Seconds are cut after the multiplication, so half seconds still move time on") {
    const MropePositions positions = mropePositions(4, {{0, {4, 2, 2}, false, 0.99}}, 2, 2.0);
    CHECK(positions.axes[0] == std::vector<std::int32_t>{0, 1, 3, 5});
    const MropePositions slow = mropePositions(4, {{0, {4, 2, 2}, false, 9.375}}, 2, 2.0);
    CHECK(slow.axes[0] == std::vector<std::int32_t>{0, 18, 37, 56});
}

TEST_CASE("Pairs that come unevenly stand at their real seconds, others at the reference's") {
    VisionRun uneven{0, {4, 2, 2}, false, 5.0};
    uneven.pairTimesS = {10, 12, 50, 51};
    CHECK(mropePositions(4, {uneven}, 2, 2.0).axes[0] == std::vector<std::int32_t>{0, 4, 80, 82});
    PromptSequence prompt;
    prompt.ids.resize(4);
    VisionSpan span;
    span.end = 4;
    span.grid = {4, 2, 2};
    span.secondsPerPair = 5.0;
    span.pairTimesS = {0, 5.2, 9.9, 15.3};  // even but for rounding to frames
    prompt.vision = {span};
    CHECK(mropePositions(prompt, 2, 2.0).axes[0] == std::vector<std::int32_t>{0, 10, 20, 30});
    prompt.vision[0].pairTimesS = {0, 2, 40, 41};
    CHECK(mropePositions(prompt, 2, 2.0).axes[0] == std::vector<std::int32_t>{0, 4, 80, 82});
}

TEST_CASE("A run that does not fit its sequence is a programmer's error") {
    CHECK_THROWS_AS(mropePositions(5, {{3, {1, 4, 4}, false, 1.0}}, 2, 0), Error);
    CHECK_THROWS_AS(
        mropePositions(20, {{3, {1, 4, 4}, false, 1.0}, {5, {1, 2, 2}, true, 1.0}}, 2, 0), Error);
}

}  // namespace reelquery
