#include "core/answer/frame_stream.h"

#include "vision/video/frame_sampler.h"

namespace reelquery {

SamplingReport streamFrames(const Question& question, const FrameReceiver& receive,
                            const CancelToken& cancel) {
    return sampleFrames(question.video, question.frames, {}, receive, cancel);
}

}  // namespace reelquery
