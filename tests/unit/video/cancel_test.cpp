#include <catch2/catch.hpp>
#include <chrono>

#include "core/base/error.h"
#include "tests/support/clips.h"
#include "tests/support/time_bounds.h"
#include "vision/video/frame_sampler.h"
#include "vision/video/video_probe.h"

namespace reelquery {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double kCancelBoundS = 0.5 * kSlowdown;

template <class Work>
void checkCancelled(const Work& work) {
    try {
        work();
        FAIL("it was not cancelled");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kCancelled);
    }
}

TEST_CASE("sampling ends soon after a stop is requested") {
    initVideoLibrary();
    const VideoInfo info = probeVideo(clips::h264());
    SamplingOptions options;
    options.mode = SamplingMode::kExact;
    options.frames = 74;
    const FramePlan plan = planFrames(info, options);
    const double tookS = leastOfThree(kCancelBoundS, [&] {
        std::stop_source stop;
        int got = 0;
        Clock::time_point stopped;
        checkCancelled([&] {
            sampleFrames(
                info, plan, {},
                [&](SampledFrame&&) {
                    if (++got < 3) return;
                    stop.request_stop();
                    stopped = Clock::now();
                },
                stop.get_token());
        });
        CHECK(got == 3);
        return std::chrono::duration<double>(Clock::now() - stopped).count();
    });
    CHECK(tookS < kCancelBoundS);
}

TEST_CASE("opening and reading through end when a stop was requested") {
    initVideoLibrary();
    VideoInfo info = probeVideo(clips::h264());
    std::stop_source stop;
    stop.request_stop();
    checkCancelled([&] { probeVideo(clips::h264(), stop.get_token()); });
    info.index = nullptr;
    checkCancelled([&] { indexFrames(info, stop.get_token()); });
}

}  // namespace
}  // namespace reelquery
