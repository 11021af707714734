#include "core/answer/frame_stream.h"

#include "vision/video/frame_sampler.h"

namespace reelquery {

SamplingReport streamFrames(const Question& question, const FrameReceiver& receive,
                            const CancelToken& cancel, const SamplingLimits& limits) {
    return sampleFrames(question.video, question.frames, limits, receive, cancel);
}

}  // namespace reelquery
