#pragma once
// Samples clips whose frames carry their numbers.

#include <vector>

#include "tests/support/clips.h"
#include "tests/support/numbered_clips.h"
#include "vision/video/frame_sampler.h"
#include "vision/video/video_probe.h"

namespace reelquery {

struct NumberedFrame {
    double timeS = 0;
    int number = 0;
};

struct NumberedRun {
    VideoInfo info;
    FramePlan plan;
    SamplingReport report;
    std::vector<NumberedFrame> frames;
};

inline NumberedRun sampleNumbers(const VideoInfo& info, const SamplingOptions& options) {
    NumberedRun run;
    run.info = info;
    run.plan = planFrames(run.info, options);
    SamplingLimits limits;
    limits.threads = 2;
    run.report = sampleFrames(run.info, run.plan, limits, [&](SampledFrame&& frame) {
        if (!frame.isRepeat) run.frames.push_back({frame.timeS, clips::numberIn(frame.rgb)});
    });
    return run;
}

inline NumberedRun sampleNumbers(const std::filesystem::path& clip,
                                 const SamplingOptions& options) {
    initVideoLibrary();
    return sampleNumbers(probeVideo(clip), options);
}

inline SamplingOptions someFrames(int frames, SamplingMode mode = SamplingMode::kExact) {
    SamplingOptions options;
    options.frames = frames;
    options.mode = mode;
    return options;
}

}  // namespace reelquery
