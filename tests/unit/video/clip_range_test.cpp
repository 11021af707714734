#include "vision/video/clip_range.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "tests/unit/video/made_up_video.h"

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
    const ClipRange range = rangeOf(info, 1.0, 4.0);
    CHECK(range.first == 3);
    CHECK(range.last == 4);
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
    info.readableUntilS = 31.0;
    CHECK_THAT(refusal(info, {}, {}, ErrorCode::kVideo), Catch::Contains("cut short"));
    CHECK_THAT(refusal(info, {}, {}, ErrorCode::kVideo), Catch::Contains("0:31"));
    CHECK(rangeOf(info, {}, 30.0).last == 750);
}

}  // namespace
}  // namespace reelquery
