#include "vision/video/time_sampling.h"

#include <catch2/catch.hpp>
#include <vector>

#include "tests/unit/video/made_up_video.h"
#include "vision/video/frame_plan.h"

namespace reelquery {
namespace {

std::vector<double> timesOf(const VideoInfo& info, const std::vector<std::int64_t>& frames) {
    const Timeline timeline(info);
    std::vector<double> times;
    for (const std::int64_t frame : frames) times.push_back(timeline.timeS(frame));
    return times;
}

/// One frame a second for 50 s, then 60 a second for 10 s.
VideoInfo screenRecording() {
    std::vector<std::int64_t> timesMs;
    for (int i = 0; i < 50; ++i) timesMs.push_back(1000 * i);
    for (int i = 0; i <= 600; ++i) timesMs.push_back(50'000 + i * 1000 / 60);
    return indexed(timesMs, 60);
}

TEST_CASE("frames of an uneven video are those on show at even times") {
    const VideoInfo info = screenRecording();
    const Timeline timeline(info);
    const ClipRange all{0, timeline.frameCount() - 1};
    REQUIRE(isUneven(timeline, all));
    const std::vector<double> times = timesOf(info, framesByTime(timeline, all, 8));
    const double stepS = 60.0 / 7;
    REQUIRE(times.size() == 8);
    for (std::size_t i = 0; i < 8; ++i) {
        const double wantedS = stepS * static_cast<double>(i);
        CHECK(times[i] <= wantedS + 1e-6);       // on show, so begun
        CHECK(times[i] > wantedS - 1.0 - 1e-6);  // and not over
    }
}

TEST_CASE("a frame that stays for longer than a step counts for one, and no frame comes twice") {
    const VideoInfo info = indexed({0, 1000, 61'000, 61'500, 62'000, 62'500, 63'000}, 7);
    const Timeline timeline(info);
    const ClipRange all{0, 6};
    CHECK(framesByTime(timeline, all, 7) == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6});
    const auto four = framesByTime(timeline, all, 4);
    CHECK(four.front() == 0);
    CHECK(four.back() == 6);
    CHECK(four[1] == 1);  // the one held for a minute
    for (std::size_t i = 1; i < four.size(); ++i) CHECK(four[i] > four[i - 1]);
}

TEST_CASE("even rates, rounded stamps among them, are counted as the reference does") {
    const VideoInfo info = evenlyIndexed(1000, 40, 25);
    CHECK_FALSE(isUneven(Timeline(info), {0, 999}));
    std::vector<std::int64_t> film;  // 23.976 a second in milliseconds, as Matroska keeps it
    for (int i = 0; i < 2000; ++i) film.push_back((i * 41'708 + 500) / 1000);
    const VideoInfo rounded = indexed(film, 48);
    CHECK_FALSE(isUneven(Timeline(rounded), {0, 1999}));
    SamplingOptions options;
    options.frames = 32;
    options.mode = SamplingMode::kExact;
    const FramePlan plan = planFrames(rounded, options);
    const auto expected = sampledIndices(0, 1999, 32);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK(plan.wanted[i].frameIndex == expected[i]);
    }
}

TEST_CASE("a rate asks for frames by seconds where frames come unevenly") {
    SamplingOptions options;
    options.fps = 1;
    options.mode = SamplingMode::kExact;
    options.toS = 40;
    const FramePlan plan = planFrames(screenRecording(), options);
    CHECK(plan.wanted.size() == 40);
    CHECK(plan.secondPerGrid == Approx(2).epsilon(0.05));
}

}  // namespace
}  // namespace reelquery
