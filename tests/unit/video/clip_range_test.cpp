#include "vision/video/clip_range.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "core/base/error.h"
#include "tests/unit/video/made_up_video.h"
#include "vision/video/frame_plan.h"

namespace reelquery {
namespace {

ClipRange rangeOf(const VideoInfo& info, std::optional<double> fromS, std::optional<double> toS) {
    SamplingOptions options;
    options.fromS = fromS;
    options.toS = toS;
    return clipRange(info, Timeline(info), options);
}

std::string refusal(const VideoInfo& info, std::optional<double> fromS, std::optional<double> toS,
                    ErrorCode code) {
    try {
        rangeOf(info, fromS, toS);
    } catch (const Error& error) {
        CHECK(error.code() == code);
        return error.what();
    }
    FAIL("the range was accepted");
    return {};
}

TEST_CASE("a range keeps the frames whose times lie in it, both ends included") {
    const VideoInfo info = evenlyIndexed(100, 40, 25);  // 0, 0.04, ... 3.96
    const ClipRange whole = rangeOf(info, {}, {});
    CHECK(whole.first == 0);
    CHECK(whole.last == 99);
    const ClipRange part = rangeOf(info, 1.0, 2.0);
    CHECK(part.first == 25);
    CHECK(part.last == 50);
    const ClipRange between = rangeOf(info, 1.001, 1.999);
    CHECK(between.first == 26);
    CHECK(between.last == 49);
    CHECK(rangeOf(info, 3.0, 100.0).last == 99);
}

TEST_CASE("a range counts in time, not in frames, when frames come at uneven intervals") {
    const VideoInfo info = indexed({500, 540, 580, 2500, 4500, 4540}, 6);  // 0 .04 .08 2 4 4.04
    const ClipRange range = rangeOf(info, 1.9, 4.0);
    CHECK(range.first == 3);
    CHECK(range.last == 4);
}

TEST_CASE("a picture that is on show when the range begins and stays is part of it") {
    const VideoInfo info = indexed({500, 540, 580, 2500, 4500, 4540}, 6);  // 0 .04 .08 2 4 4.04
    CHECK(rangeOf(info, 1.0, 4.0).first == 2);
    CHECK(rangeOf(info, 3.9, 5.0).first == 3);  // a tenth of a second, but frames come faster then
    const ClipRange held = rangeOf(info, 1.0, {});
    CHECK(held.fromS == 1.0);
    SamplingOptions options;
    options.fromS = 1.0;
    options.frames = 4;
    const FramePlan plan = planFrames(info, options);
    CHECK(plan.wanted[0].frameIndex == 2);
    CHECK(plan.wanted[0].takenS == 1.0);  // seen from the start of the range on
    CHECK(rangeOf(evenlyIndexed(20, 1000, 20), 4.5, 8.0).first == 4);  // one frame a second
}

TEST_CASE("a range that ends before the first picture is refused, one at the end shows the last") {
    VideoInfo info = evenlyIndexed(100, 40, 25);
    info.firstFrameS = 5;
    CHECK_THAT(refusal(info, 1.0, 4.0, ErrorCode::kUsage), Catch::Contains("first picture"));
    info.firstFrameS = 0;
    info.durationS = 60;  // the sound goes on
    const ClipRange late = rangeOf(info, 30.0, 40.0);
    CHECK(late.first == 99);
    CHECK(late.last == 99);
}

TEST_CASE("a range between two frames is the frame on show") {
    const VideoInfo info = indexed({0, 1000, 2000}, 3);
    const ClipRange range = rangeOf(info, 1.2, 1.8);
    CHECK(range.first == 1);
    CHECK(range.last == 1);
}

TEST_CASE("a range outside the video or the wrong way round is refused") {
    const VideoInfo info = evenlyIndexed(100, 40, 25);
    CHECK_THAT(refusal(info, 60.0, {}, ErrorCode::kUsage), Catch::Contains("starts at 1:00"));
    CHECK_THAT(refusal(info, 2.0, 1.0, ErrorCode::kUsage), Catch::Contains("0:01"));
    refusal(info, -1.0, {}, ErrorCode::kUsage);
    refusal(info, {}, -1.0, ErrorCode::kUsage);
    refusal(info, 1.0, 1.0, ErrorCode::kUsage);
}

TEST_CASE("a file that was cut short is refused past its end and usable before") {
    VideoInfo info = evenlyIndexed(2500, 40, 25);
    info.cutShort = CutShort{100, 130};
    CHECK_THAT(refusal(info, 110.0, {}, ErrorCode::kVideo), Catch::Contains("cut short"));
    CHECK_THAT(refusal(info, 110.0, 120.0, ErrorCode::kVideo), Catch::Contains("2:10"));
    CHECK(rangeOf(info, {}, {}).last == 2499);
    CHECK(rangeOf(info, {}, 120.0).last == 2499);
    CHECK(rangeOf(info, {}, 30.0).last == 750);
}

std::vector<ClipRange> stretchesOf(const VideoInfo& info, SamplingOptions options) {
    return clipStretches(info, Timeline(info), options);
}

TEST_CASE("stretches are cut to the range, and no frame is in two of them") {
    const VideoInfo info = evenlyIndexed(100, 100, 25);  // 0, 0.1, ... 9.9
    SamplingOptions options;
    CHECK(stretchesOf(info, options).size() == 1);
    options.within = {{1, 2}, {2, 3}, {8, 200}};
    options.fromS = 1.5;
    const auto clips = stretchesOf(info, options);
    REQUIRE(clips.size() == 3);
    CHECK(clips[0].first == 15);
    CHECK(clips[0].last == 20);
    CHECK(clips[1].first == 21);
    CHECK(clips[1].last == 30);
    CHECK(clips[2].last == 99);
}

TEST_CASE("bad stretches are refused with what is wrong") {
    const VideoInfo info = evenlyIndexed(100, 100, 25);

    struct Row {
        std::vector<TimeRange> within;
        const char* message;
    };

    const Row rows[] = {{{{2, 2}}, "is empty"},
                        {{{-1, 2}}, "0:00 or later"},
                        {{{1, INFINITY}}, "0:00 or later"},
                        {{{3, 4}, {1, 2}}, "before the one before it ends"},
                        {{{1, 3}, {2, 4}}, "before the one before it ends"},
                        {{{60, 70}}, "ends at 0:10"},
                        {{{1, 2}}, "outside the range"}};
    for (const Row& row : rows) {
        SamplingOptions options;
        options.within = row.within;
        if (row.within == std::vector<TimeRange>{{1, 2}}) options.fromS = 5;
        try {
            stretchesOf(info, options);
            FAIL(row.message << ": was accepted");
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::kUsage);
            CHECK_THAT(error.what(), Catch::Contains(row.message));
        }
    }
}

}  // namespace
}  // namespace reelquery
