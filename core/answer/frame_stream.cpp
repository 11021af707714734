#include "core/answer/frame_stream.h"

#include <ATen/ATen.h>

#include <memory>
#include <vector>

#include "vision/video/frame_sampler.h"

namespace reelquery {

SamplingReport streamFrames(const Question& question, const FrameReceiver& receive,
                            const CancelToken& cancel, const SamplingLimits& limits) {
    return sampleFrames(question.video, question.frames, limits, receive, cancel);
}

FrameSeen frameSeen(RequestId request, const SampledFrame& frame) {
    const at::Tensor pixels = frame.rgb.permute({1, 2, 0}).contiguous();
    const auto* first = pixels.const_data_ptr<std::uint8_t>();
    FrameSeen seen;
    seen.request = request;
    seen.index = frame.position;
    seen.timeS = frame.timeS;
    seen.width = static_cast<int>(pixels.size(1));
    seen.height = static_cast<int>(pixels.size(0));
    seen.rgb = std::make_shared<const std::vector<std::uint8_t>>(first, first + pixels.numel());
    return seen;
}

}  // namespace reelquery
