#include "vision/video/decode_schedule.h"

#include <catch2/catch.hpp>

#include "tests/unit/video/made_up_video.h"

namespace reelquery {
namespace {

FramePlan exactPlan(const VideoInfo& info, int frames) {
    SamplingOptions options;
    options.mode = SamplingMode::kExact;
    options.frames = frames;
    return planFrames(info, options);
}

TEST_CASE("frames that hang on one key frame are one job") {
    const VideoInfo info = evenlyIndexed(100, 40, 25);
    const auto jobs = scheduleJobs(exactPlan(info, 8), *info.index);  // 0 14 28 42 57 71 85 99
    REQUIRE(jobs.size() == 4);
    CHECK(jobs[0].start == 0);
    CHECK(jobs[1].start == 25);
    CHECK(jobs[1].targets.size() == 2);
    CHECK(jobs[1].targets[0].decodeOrder == 28);
    CHECK(jobs[1].targets[0].standInEnd == 42);
    CHECK(jobs[1].targets[1].standInEnd == 57);
    CHECK(jobs[3].targets.back().standInEnd == 100);
    CHECK(jobs[1].packets == 42 - 25 + 1);
}

TEST_CASE("a frame shown before its key frame is decoded from the key frame before") {
    VideoInfo info = evenlyIndexed(8, 40, 8);
    FrameIndex index = *info.index;
    // Open group of pictures: the key frame is shown 5th but decoded before the frames 3 and 4.
    index.frames[4].isKey = true;
    index.frames[4].decodeOrder = 2;
    index.frames[2].decodeOrder = 3;
    index.frames[3].decodeOrder = 4;
    CHECK(startKeyFor(index, 3) == 0);
    CHECK(startKeyFor(index, 4) == 4);
    CHECK(startKeyFor(index, 7) == 4);
}

TEST_CASE("a frame wanted twice is decoded once") {
    const VideoInfo info = indexed({0}, 1);
    const auto jobs = scheduleJobs(planFrames(info, {}), *info.index);
    REQUIRE(jobs.size() == 1);
    CHECK(jobs[0].targets.size() == 1);
}

TEST_CASE("threads become decoders side by side unless one job outweighs the rest") {
    const auto jobsOf = [](std::vector<std::int64_t> packets) {
        std::vector<DecodeJob> jobs(packets.size());
        for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].packets = packets[i];
        return jobs;
    };
    CHECK(layOutDecoders(jobsOf({10, 10, 10, 10}), 2).decoders == 2);
    CHECK(layOutDecoders(jobsOf({10, 10, 10, 10}), 2).threadsEach == 1);
    CHECK(layOutDecoders(jobsOf({1000, 10}), 2).decoders == 1);
    CHECK(layOutDecoders(jobsOf({1000, 10}), 2).threadsEach == 2);
    CHECK(layOutDecoders(jobsOf({10, 10}), 8).decoders == 2);
    CHECK(layOutDecoders(jobsOf({10, 10}), 8).threadsEach == 4);
}

}  // namespace
}  // namespace reelquery
