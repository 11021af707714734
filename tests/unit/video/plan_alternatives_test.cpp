#include <catch2/catch.hpp>

#include "tests/unit/video/made_up_video.h"
#include "vision/video/frame_plan.h"

namespace reelquery {
namespace {

TEST_CASE("every alternative holds the limit and planning its options gives its numbers") {
    const VideoInfo info = headerOnly(90000, 25);
    SamplingOptions options;
    options.frames = GENERATE(256, 768);
    options.tokenSide = GENERATE(28, 32);
    options.maxVideoTokens = 115200;
    const auto alternatives = proposeAlternatives(info, options, 16384);
    REQUIRE(alternatives.size() == 3);
    for (const PlanAlternative& alternative : alternatives) {
        INFO(alternative.what << ": " << alternative.flag);
        const FramePlan plan = planFrames(info, alternative.options);
        CHECK(plan.tokens == alternative.tokens);
        CHECK(plan.tokens <= 16384);
        CHECK(static_cast<std::int64_t>(plan.wanted.size()) == alternative.frames);
        CHECK(plan.size == alternative.size);
        CHECK_FALSE(alternative.flag.empty());
    }
    CHECK(alternatives[0].what == "fewer frames");
    CHECK(alternatives[0].frames < *options.frames);
    CHECK(alternatives[0].size == planFrames(info, options).size);
    CHECK(alternatives[1].what == "smaller frames");
    CHECK(alternatives[1].frames == *options.frames);
    CHECK(alternatives[2].what == "shorter range");
    CHECK(alternatives[2].options.toS.value() < 3600);
}

TEST_CASE("alternatives that cannot reach the limit are left out") {
    SamplingOptions options;
    options.frames = 256;
    options.minTokensPerPair = 128;
    for (const auto& alternative : proposeAlternatives(headerOnly(90000, 25), options, 2000)) {
        CHECK(alternative.what != "smaller frames");
        CHECK(alternative.tokens <= 2000);
    }
    CHECK(proposeAlternatives(headerOnly(90000, 25), options, 3).empty());
}

}  // namespace
}  // namespace reelquery
