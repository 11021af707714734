#include "vision/video/frame_plan.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "core/base/error.h"
#include "tests/unit/video/made_up_video.h"

namespace reelquery {
namespace {

using Catch::Contains;

/// Message and hint of the error a plan is refused with; its code is checked.
std::string refusal(const VideoInfo& info, const SamplingOptions& options, ErrorCode code) {
    try {
        planFrames(info, options);
    } catch (const Error& error) {
        CHECK(error.code() == code);
        return error.what();
    }
    FAIL("the plan was accepted");
    return {};
}

std::vector<double> wantedTimes(const FramePlan& plan) {
    std::vector<double> times;
    for (const WantedFrame& frame : plan.wanted) times.push_back(frame.wantedS);
    return times;
}

TEST_CASE("a sampling rate becomes an even number of frames within the limits") {
    SamplingOptions options;
    CHECK(sampledFrameCount(250, 25, options) == 20);     // 10 s at 2 frames per second
    CHECK(sampledFrameCount(25, 25, options) == 4);       // the least
    CHECK(sampledFrameCount(90000, 25, options) == 768);  // the most
    CHECK(sampledFrameCount(3, 25, options) == 2);        // no more than there are, even
}

TEST_CASE("a number of frames is rounded to even, ties to the multiple of four") {
    SamplingOptions options;
    options.frames = 5;
    CHECK(sampledFrameCount(250, 25, options) == 4);
    options.frames = 7;
    CHECK(sampledFrameCount(250, 25, options) == 8);
    options.frames = 1024;
    CHECK(sampledFrameCount(90000, 25, options) == 1024);
    CHECK(sampledFrameCount(101, 25, options) == 100);
}

TEST_CASE("an hour in tokens of 32 pixels has the sizes of Qwen3-VL's reference") {
    struct Case {
        std::int64_t budget;
        int frames, width, height;
        std::int64_t tokens;
    };

    constexpr std::int64_t k8K = 8192, k32K = 32768, k128K = 131072, k224K = 229376;
    const auto one = GENERATE(values<Case>({
        {k8K, 64, 672, 384, 8064},       {k8K, 128, 480, 256, 7680},
        {k8K, 256, 320, 192, 7680},      {k8K, 512, 224, 128, 7168},
        {k8K, 768, 192, 96, 6912},       {k8K, 2048, 96, 64, 6144},
        {k32K, 64, 1152, 640, 23040},    {k32K, 128, 960, 512, 30720},
        {k32K, 256, 672, 384, 32256},    {k32K, 512, 480, 256, 30720},
        {k32K, 768, 384, 192, 27648},    {k32K, 2048, 224, 128, 28672},
        {k128K, 64, 1152, 640, 23040},   {k128K, 128, 1152, 640, 46080},
        {k128K, 256, 1152, 640, 92160},  {k128K, 512, 960, 512, 122880},
        {k128K, 768, 768, 416, 119808},  {k128K, 2048, 480, 256, 122880},
        {k224K, 512, 1152, 640, 184320}, {k224K, 768, 1024, 576, 221184},
        {k224K, 2048, 608, 352, 214016},
    }));
    CAPTURE(one.budget, one.frames);
    SamplingOptions options;
    options.tokenSide = 32;
    options.minTokensPerPair = 4;
    options.maxVideoTokens = one.budget;
    options.frames = one.frames;
    const FramePlan plan = planFrames(headerOnly(108000, 30), options);
    CHECK(plan.wanted.size() == static_cast<std::size_t>(one.frames));
    CHECK(plan.size == FrameSize{one.height, one.width});
    CHECK(plan.tokens == one.tokens);
    CHECK(plan.gridT == one.frames / 2);
    CHECK(plan.gridH == one.height / 16);
    CHECK(plan.gridW == one.width / 16);
}

TEST_CASE("a video of one frame is planned as that frame twice") {
    const FramePlan plan = planFrames(indexed({40}, 1), {});
    REQUIRE(plan.wanted.size() == 2);
    CHECK(plan.wanted[0].frameIndex == 0);
    CHECK(plan.wanted[1].frameIndex == 0);
    CHECK(plan.gridT == 1);
}

TEST_CASE("wanted times are those of the frames when they come at uneven intervals") {
    SamplingOptions options;
    options.frames = 4;
    options.mode = SamplingMode::kExact;
    const FramePlan plan = planFrames(indexed({-80, 0, 40, 1000, 1040, 5000, 5040}, 7), options);
    CHECK(plan.timesAreExact);
    // indices 0, 2, 4, 6 of the list, counted from the first frame at -80 ms
    CHECK(wantedTimes(plan) == std::vector<double>{0, 0.12, 1.12, 5.12});
}

TEST_CASE(
    "without a frame list wanted times are spread over the duration and said to be estimates") {
    SamplingOptions options;
    options.frames = 4;
    const FramePlan plan = planFrames(headerOnly(100, 10), options);
    CHECK_FALSE(plan.timesAreExact);
    CHECK(plan.wanted.back().wantedS == Approx(9.9));
}

TEST_CASE("an hour of 1080p costs what the model's published tables say") {
    struct Row {
        int frames;
        std::int64_t budget;
        FrameSize size;
        std::int64_t tokens;
    };

    const Row row =
        GENERATE(Row{64, 8192, {336, 588}, 8064}, Row{256, 8192, {168, 280}, 7680},
                 Row{256, 32768, {336, 588}, 32256}, Row{768, 131072, {364, 672}, 119808},
                 Row{1024, 262144, {448, 840}, 245760});
    SamplingOptions options;
    options.frames = row.frames;
    options.maxVideoTokens = row.budget;
    options.minTokensPerPair = 4;
    const FramePlan plan = planFrames(headerOnly(90000, 25), options);
    CHECK(plan.size == row.size);
    CHECK(plan.tokens == row.tokens);
    CHECK(plan.gridT * plan.gridH * plan.gridW == 4 * plan.tokens);
}

TEST_CASE("a rate gives way to the token budget, a number of frames does not") {
    SamplingOptions options;
    options.maxVideoTokens = 4096;
    options.minTokensPerPair = 128;
    const VideoInfo info = headerOnly(90000, 25);
    const FramePlan plan = planFrames(info, options);
    CHECK(plan.framesByRule == 768);
    CHECK(plan.wanted.size() < 768);
    CHECK(plan.tokens <= 4096);

    options.frames = 768;
    const std::string text = refusal(info, options, ErrorCode::kUsage);
    CHECK_THAT(text, Contains("768 frames need at least 46080 video tokens"));
    CHECK_THAT(text, Contains("the limit is 4096"));
    CHECK_THAT(text, Contains("at most " + std::to_string(plan.wanted.size()) + " frames"));
}

TEST_CASE("a budget below one frame pair is refused") {
    SamplingOptions options;
    options.maxVideoTokens = 3;
    CHECK_THAT(refusal(headerOnly(90000, 25), options, ErrorCode::kUsage), Contains("limit is 3"));
}

TEST_CASE("options that make no sense are refused") {
    const VideoInfo info = headerOnly(250, 25);
    SamplingOptions options;
    SECTION("rate") {
        options.fps = 0;
    }
    SECTION("rate that is no number") {
        options.fps = std::nan("");
    }
    SECTION("frames") {
        options.frames = 1;
    }
    SECTION("limits of frames") {
        options.minFrames = 1000;
    }
    SECTION("limits of tokens") {
        options.minTokensPerPair = 1000;
    }
    SECTION("budget") {
        options.maxVideoTokens = 0;
    }
    refusal(info, options, ErrorCode::kUsage);
}

TEST_CASE("a picture two hundred times as wide as high is refused") {
    CHECK_THAT(refusal(headerOnly(250, 25, 20200, 100), {}, ErrorCode::kVideo),
               Contains("20200x100"));
}

TEST_CASE("auto takes key frames where they are dense, and the plan says which times are taken") {
    SamplingOptions options;
    options.frames = 8;
    const FramePlan dense = planFrames(evenlyIndexed(1000, 40, 25), options);  // a key each second
    CHECK(dense.modeUsed == SamplingMode::kKeyframes);
    double last = -1;
    for (const WantedFrame& frame : dense.wanted) {
        CHECK(frame.takeKeyFrame);
        CHECK(frame.takenS == Approx(std::round(frame.takenS)));
        CHECK(std::abs(frame.takenS - frame.wantedS) <= 39.96 / 7 / 2);  // half a step
        CHECK(frame.takenS > last);
        last = frame.takenS;
    }
    const FramePlan sparse = planFrames(evenlyIndexed(1000, 40, 250), options);  // each 10 s
    CHECK(sparse.modeUsed == SamplingMode::kExact);
    for (const WantedFrame& frame : sparse.wanted) CHECK(frame.takenS == frame.wantedS);
}

TEST_CASE("key frame mode serves exactly what no key frame is near to") {
    SamplingOptions options;
    options.frames = 8;
    options.mode = SamplingMode::kKeyframes;
    const FramePlan plan = planFrames(evenlyIndexed(1000, 40, 250), options);
    CHECK(plan.modeUsed == SamplingMode::kKeyframes);
    // Wanted every 5.7 s, key frames at 0, 10, 20 and 30 s: four can stand in.
    const auto keys = std::count_if(plan.wanted.begin(), plan.wanted.end(),
                                    [](const auto& frame) { return frame.takeKeyFrame; });
    CHECK(keys == 4);
}

TEST_CASE("frames come from inside the stretches only, shared by length, in pairs") {
    const VideoInfo info = evenlyIndexed(10000, 100, 50);  // 1000 s
    SamplingOptions options;
    options.mode = SamplingMode::kExact;
    options.fps = 2;
    options.within = {{100, 110}, {400, 430}, {700, 700.5}};
    const FramePlan plan = planFrames(info, options);
    std::vector<std::int64_t> counts(options.within.size(), 0);
    for (const WantedFrame& frame : plan.wanted) {
        bool isInside = false;
        for (std::size_t i = 0; i < options.within.size(); ++i) {
            const TimeRange& stretch = options.within[i];
            if (frame.takenS < stretch.fromS - 1e-9 || frame.takenS > stretch.toS + 1e-9) continue;
            ++counts[i];
            isInside = true;
        }
        CHECK(isInside);
        CHECK(frame.takenS == Approx(static_cast<double>(frame.frameIndex) * 0.1));
    }
    // 101 + 301 + 6 frames at a fifth of the rate make 40 pairs: 9.9, 29.5 and 0.6 by length.
    CHECK(counts == std::vector<std::int64_t>{20, 58, 2});
    CHECK(plan.sampleFps == Approx(2).epsilon(0.02));
}

TEST_CASE("a budget shrinks the rate inside the stretches as it does in a whole video") {
    SamplingOptions options;
    options.mode = SamplingMode::kExact;
    options.fps = 4;
    options.maxVideoTokens = 40 * options.minTokensPerPair;
    options.within = {{10, 20}, {50, 80}};
    const FramePlan plan = planFrames(evenlyIndexed(2000, 50, 50), options);
    CHECK(plan.tokens <= options.maxVideoTokens);
    CHECK(plan.framesByRule == 160);
    const auto second = std::count_if(plan.wanted.begin(), plan.wanted.end(),
                                      [](const WantedFrame& f) { return f.wantedS >= 50; });
    const auto all = static_cast<double>(plan.wanted.size());
    CHECK(static_cast<double>(second) / all == Approx(0.75).margin(0.03));
}

TEST_CASE("frames are shared by length, and every stretch gets a pair") {
    struct Row {
        std::vector<ClipRange> clips;
        std::int64_t frames;
        std::vector<std::int64_t> shares;
    };

    const Row rows[] = {{{{0, 99}}, 10, {10}},
                        {{{0, 49}, {100, 149}}, 12, {6, 6}},
                        {{{0, 0}, {10, 1009}, {2000, 2000}}, 8, {2, 4, 2}},
                        {{{0, 999}, {2000, 2000}, {3000, 3000}}, 6, {2, 2, 2}}};
    for (const Row& row : rows) CHECK(sharedFrames(row.clips, row.frames) == row.shares);
}

TEST_CASE("key frames outside the stretches do not stand in") {
    SamplingOptions options;
    options.mode = SamplingMode::kKeyframes;
    options.fps = 0.5;
    options.within = {{31, 39}, {61, 79}};  // a key frame every 10 s: 70 alone lies inside
    const FramePlan plan = planFrames(evenlyIndexed(1000, 100, 100), options);
    for (const WantedFrame& frame : plan.wanted) {
        if (frame.takeKeyFrame) CHECK(frame.takenS == Approx(70));
    }
    CHECK(std::count_if(plan.wanted.begin(), plan.wanted.end(),
                        [](const WantedFrame& f) { return f.takeKeyFrame; }) == 1);
}

TEST_CASE("fewer frames than two for each stretch are refused") {
    SamplingOptions options;
    options.within = {{1, 2}, {3, 4}, {5, 6}};
    options.frames = 4;
    CHECK_THAT(refusal(evenlyIndexed(1000, 100, 50), options, ErrorCode::kUsage),
               Contains("at least 6 frames"));
}

}  // namespace
}  // namespace reelquery
