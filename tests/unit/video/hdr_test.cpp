#include <ATen/ATen.h>

#include <catch2/catch.hpp>

#include "tests/support/clips.h"
#include "vision/video/frame_sampler.h"
#include "vision/video/video_probe.h"

namespace reelquery {
namespace {

TEST_CASE("PQ pictures are tone-mapped as the ffmpeg command's filters do it") {
    initVideoLibrary();
    const VideoInfo info = probeVideo(clips::hdrPq());
    CHECK(info.transfer == Transfer::kPq);
    CHECK(info.isHdr());
    SamplingOptions options;
    options.mode = SamplingMode::kExact;
    options.frames = 4;
    const FramePlan plan = planFrames(info, options);
    std::vector<SampledFrame> frames;
    sampleFrames(info, plan, {}, [&](SampledFrame&& frame) { frames.push_back(std::move(frame)); });
    REQUIRE(frames.size() == 4);
    const clips::Reference reference = clips::reference(
        clips::hdrPq(), 224, 168,
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

TEST_CASE("HLG pictures are recognised and come within range") {
    initVideoLibrary();
    const auto clip = clips::make(
        "hlg.mkv", clips::drawn(1) +
                       " -frames:v 4 -vf format=yuv420p10le -c:v libx265 -preset ultrafast "
                       "-x265-params log-level=error:colorprim=bt2020:transfer=arib-std-b67:"
                       "colormatrix=bt2020nc -color_primaries bt2020 -color_trc arib-std-b67 "
                       "-colorspace bt2020nc");
    const VideoInfo info = probeVideo(clip);
    CHECK(info.transfer == Transfer::kHlg);
    SamplingOptions options;
    options.frames = 2;
    double mean = 0;
    sampleFrames(info, planFrames(info, options), {}, [&](SampledFrame&& frame) {
        mean = frame.rgb.to(at::kFloat).mean().item<float>();
    });
    CHECK(mean > 60);  // of the drawn picture's 120: neither washed out nor drowned
    CHECK(mean < 180);
}

}  // namespace
}  // namespace reelquery
