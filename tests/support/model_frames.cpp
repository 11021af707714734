#include "tests/support/model_frames.h"

#include <ATen/ATen.h>

#include "core/session/watch/video_summary.h"
#include "tests/support/clips.h"
#include "vision/video/frame_sampler.h"
#include "vision/video/video_probe.h"

namespace reelquery {

ModelView modelView(const std::filesystem::path& file, int frames) {
    initVideoLibrary();
    ModelView view;
    view.summary = summarizeVideo(file, {});
    const VideoInfo info = probeVideo(file);
    SamplingOptions options;
    options.frames = frames;
    options.mode = SamplingMode::kExact;
    SamplingLimits limits;
    limits.threads = 2;
    sampleFrames(info, planFrames(info, options), limits, [&](SampledFrame&& frame) {
        if (frame.isRepeat) return;
        const at::Tensor packed = frame.rgb.permute({1, 2, 0}).contiguous();
        const std::uint8_t* bytes = packed.const_data_ptr<std::uint8_t>();
        view.frames.push_back({frame.timeS,
                               {static_cast<int>(packed.size(1)), static_cast<int>(packed.size(0)),
                                std::vector<std::uint8_t>(bytes, bytes + packed.numel())}});
    });
    return view;
}

namespace {

at::Tensor tensorOf(const Picture& picture) {
    return at::from_blob(const_cast<std::uint8_t*>(picture.rgb.data()),
                         {picture.height, picture.width, 3}, at::kByte)
        .permute({2, 0, 1})
        .clone(at::MemoryFormat::Contiguous);
}

}  // namespace

PictureDifference differenceTo(const Picture& model, const Picture& other) {
    const at::Tensor resized = clips::resized(tensorOf(other), model.height, model.width);
    const at::Tensor difference =
        (tensorOf(model).to(at::kFloat) - resized.to(at::kFloat)).abs().flatten();
    const at::Tensor sorted = std::get<0>(difference.sort());
    return {difference.mean().item<double>(), sorted[sorted.numel() * 99 / 100].item<double>()};
}

}  // namespace reelquery
