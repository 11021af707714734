#include <ATen/ATen.h>

#include <catch2/catch.hpp>

#include "tests/support/clips.h"
#include "vision/video/frame_sampler.h"
#include "vision/video/video_probe.h"

namespace reelquery {
namespace {

// HLG is compared on greys: the filter bends each of R, G, B by itself where BT.2100 goes by
// luminance.
TEST_CASE("HDR pictures are tone-mapped as the ffmpeg command's filters do it") {
    initVideoLibrary();
    const bool isPq = GENERATE(true, false);
    const auto clip = isPq ? clips::hdrPq() : clips::hdrHlg();
    const VideoInfo info = probeVideo(clip);
    CHECK(info.transfer == (isPq ? Transfer::kPq : Transfer::kHlg));
    CHECK(info.isHdr());
    SamplingOptions options;
    options.mode = SamplingMode::kExact;
    options.frames = 4;
    const FramePlan plan = planFrames(info, options);
    std::vector<SampledFrame> frames;
    sampleFrames(info, plan, {}, [&](SampledFrame&& frame) { frames.push_back(std::move(frame)); });
    REQUIRE(frames.size() == 4);
    const clips::Reference reference = clips::reference(
        clip, 224, 168,
        "zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,"
        "tonemap=mobius:param=0.3:desat=0:peak=4.92611,zscale=t=bt709:m=bt709:r=pc,format=rgb24");
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const auto place = static_cast<std::size_t>(plan.wanted[i].frameIndex);
        CHECK(frames[i].ptsTicks == reference.ptsTicks.at(place));
        const at::Tensor expected =
            clips::resized(reference.rgb[place], plan.size.height, plan.size.width);
        CHECK(clips::meanDifference(frames[i].rgb, expected) <= 2.0);
    }
}

}  // namespace
}  // namespace reelquery
