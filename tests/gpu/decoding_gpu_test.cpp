// Frames that a card's video engine decodes, beside those of the processor, and what it holds.

#include <ATen/ATen.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <vector>

#include "core/device/cuda_memory.h"
#include "tests/gpu/card_session.h"
#include "vision/video/decode_memory.h"
#include "vision/video/frame_sampler.h"
#include "vision/video/video_probe.h"

namespace reelquery {

namespace {

struct DecodedOnce {
    SamplingReport report;
    std::vector<SampledFrame> frames;
    std::int64_t leastFreeBytes = 0;  ///< of the card, while frames came
};

DecodedOnce decodeSample(const VideoInfo& info, const FramePlan& plan, int cardDecoders) {
    DecodedOnce run;
    run.leastFreeBytes = cudaFreeBytes(card());
    SamplingLimits limits;
    limits.threads = 1;
    limits.cardDecoders = cardDecoders;
    limits.card = card();
    run.report = sampleFrames(info, plan, limits, [&](SampledFrame&& frame) {
        run.frames.push_back(std::move(frame));
        run.leastFreeBytes = std::min(run.leastFreeBytes, cudaFreeBytes(card()));
    });
    return run;
}

}  // namespace

TEST_CASE("a card decodes what the processor decodes, in no more memory than is planned",
          "[decode]") {
    initVideoLibrary();
    at::zeros({1}, at::Device(at::kCUDA, static_cast<at::DeviceIndex>(card())));  // CUDA's context
    const VideoInfo info = probeVideo(cardFolders().resources / "samples/needles-10min.mp4");
    SamplingOptions options;
    options.mode = SamplingMode::kExact;
    options.frames = 96;
    const FramePlan plan = planFrames(info, options);
    const DecodedOnce here = decodeSample(info, plan, 0);
    const std::int64_t freeBefore = cudaFreeBytes(card());
    constexpr int kDecoders = 2;
    const DecodedOnce there = decodeSample(info, plan, kDecoders);
    if (there.report.cardDecoders == 0) {
        WARN("skipped: FFmpeg finds no video engine here");
        return;
    }
    CHECK(there.report.framesOnCard > 0);
    CHECK(there.report.decodeErrors == 0);
    REQUIRE(there.frames.size() == here.frames.size());
    for (std::size_t i = 0; i < here.frames.size(); ++i) {
        CHECK(there.frames[i].timeS == here.frames[i].timeS);
        CHECK(at::equal(there.frames[i].rgb, here.frames[i].rgb));
    }
    const double used = gib(freeBefore - there.leastFreeBytes);
    const double said = gib(kDecoders * cardDecoderBytes(info));
    std::printf("%d decoders on the card, %dx%d: plan %.3f GiB, in use %.3f\n", kDecoders,
                info.codedWidth, info.codedHeight, said, used);
    // The engine's own tables come on top: as much as the plan's slack for gaps between tensors.
    CHECK(used <= said + 0.5);
}

}  // namespace reelquery
