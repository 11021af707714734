// Key frames standing in for wanted times, and plans made before the frames' times were known.

#include <ATen/ATen.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "core/base/error.h"
#include "tests/support/clips.h"
#include "vision/video/frame_sampler.h"
#include "vision/video/video_probe.h"

namespace reelquery {
namespace {

/// 10 s, a key frame every 0.4 s.
std::filesystem::path denseKeys(const char* name) {
    return clips::make(name, clips::drawn(10) +
                                 " -c:v libx264 -preset ultrafast -g 10 "
                                 "-pix_fmt yuv420p");
}

std::vector<SampledFrame> framesOf(const VideoInfo& info, const FramePlan& plan,
                                   SamplingReport* report = nullptr) {
    std::vector<SampledFrame> frames;
    const SamplingReport done = sampleFrames(
        info, plan, {}, [&](SampledFrame&& frame) { frames.push_back(std::move(frame)); });
    if (report) *report = done;
    return frames;
}

/// The info as it is for a large file, before its packets are read.
VideoInfo withoutIndex(VideoInfo info) {
    info.index = nullptr;
    info.isFrameCountExact = false;
    return info;
}

TEST_CASE("auto delivers key frames with their real times where they are dense") {
    initVideoLibrary();
    const auto clip = denseKeys("dense.mp4");
    const VideoInfo info = probeVideo(clip);
    SamplingOptions options;
    options.frames = 12;
    const FramePlan plan = planFrames(info, options);
    REQUIRE(plan.modeUsed == SamplingMode::kKeyframes);
    SamplingReport report;
    const auto frames = framesOf(info, plan, &report);
    REQUIRE(frames.size() == 12);
    CHECK(report.keyFrameShare == 1);
    CHECK(report.framesDecoded == 12);  // nothing but the frames themselves
    CHECK(report.modeUsed == SamplingMode::kKeyframes);
    const double halfStepS = 9.96 / 11 / 2;
    const clips::Reference reference = clips::reference(clip, 224, 168);
    for (std::size_t i = 0; i < frames.size(); ++i) {
        CHECK(std::abs(frames[i].timeS - frames[i].wantedS) <= halfStepS + 1e-9);
        CHECK(frames[i].timeS == plan.wanted[i].takenS);
        const auto found =
            std::find(reference.ptsTicks.begin(), reference.ptsTicks.end(), frames[i].ptsTicks);
        REQUIRE(found != reference.ptsTicks.end());
        const auto place = static_cast<std::size_t>(found - reference.ptsTicks.begin());
        CHECK(place % 10 == 0);
        const at::Tensor expected =
            clips::resized(reference.rgb[place], plan.size.height, plan.size.width);
        CHECK(clips::meanDifference(frames[i].rgb, expected) <= 2.0);
    }
}

TEST_CASE("key frame mode mixes in exact frames where no key frame is near") {
    initVideoLibrary();
    const VideoInfo info = probeVideo(clips::h264());  // key frames at 0, 1 and 2 s of 3
    SamplingOptions options;
    options.frames = 10;
    options.mode = SamplingMode::kKeyframes;
    const FramePlan plan = planFrames(info, options);
    SamplingReport report;
    const auto frames = framesOf(info, plan, &report);
    REQUIRE(frames.size() == 10);
    CHECK(report.keyFrameShare == Approx(0.3));
    for (std::size_t i = 1; i < frames.size(); ++i) CHECK(frames[i].timeS > frames[i - 1].timeS);
}

TEST_CASE("a plan made from estimates is made anew from the real times") {
    initVideoLibrary();
    const VideoInfo info = probeVideo(clips::variableRate());
    SamplingOptions options;
    options.frames = 8;
    options.mode = SamplingMode::kExact;
    const VideoInfo unread = withoutIndex(info);
    const FramePlan estimate = planFrames(unread, options);
    CHECK_FALSE(estimate.timesAreExact);
    SamplingReport report;
    const auto late = framesOf(unread, estimate, &report);
    const auto early = framesOf(info, planFrames(info, options));
    REQUIRE(late.size() == early.size());
    CHECK(report.scanS > 0);
    for (std::size_t i = 0; i < late.size(); ++i) CHECK(late[i].ptsTicks == early[i].ptsTicks);
}

TEST_CASE("key frames are found by the container's own list without reading the file through") {
    initVideoLibrary();
    // An mp4 lists all its key frames, a Matroska file's cues leave some out.
    const auto clip = GENERATE(denseKeys("dense.mp4"), denseKeys("dense.mkv"));
    INFO(clip.string());
    const VideoInfo header = probeVideo(clip, {}, 0);
    REQUIRE(header.index);
    CHECK_FALSE(header.index->isExact());
    SamplingOptions options;
    options.frames = 8;
    const FramePlan plan = planFrames(header, options);
    REQUIRE(plan.modeUsed == SamplingMode::kKeyframes);
    SamplingReport report;
    const auto frames = framesOf(header, plan, &report);
    CHECK(report.scanS == 0);
    REQUIRE(frames.size() == 8);
    const clips::Reference reference = clips::reference(clip, 224, 168);
    for (std::size_t i = 0; i < frames.size(); ++i) {
        CHECK(frames[i].isKeyFrame);
        CHECK(std::abs(frames[i].timeS - frames[i].wantedS) <= 10.0 / 7 / 2);
        const auto place = static_cast<std::size_t>(std::lround(frames[i].timeS * 25));
        CHECK(frames[i].ptsTicks == reference.ptsTicks.at(place));
        const at::Tensor expected =
            clips::resized(reference.rgb[place], plan.size.height, plan.size.width);
        CHECK(clips::meanDifference(frames[i].rgb, expected) <= 2.0);
    }
}

}  // namespace
}  // namespace reelquery
