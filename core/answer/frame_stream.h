#pragma once
// The frames of a question, one after the other: never all held.

#include "core/answer/answer_events.h"
#include "core/answer/question.h"
#include "core/base/cancel.h"
#include "vision/video/sampled_frame.h"

namespace reelquery {

/// Decodes the question's frames and hands them over in time order, each with its real time, on the
/// calling thread; limits.bufferedFrames wait decoded at most. Whoever answers reads them here: a
/// tower that encodes them, or a client that sends them away as pictures. Errors: kVideo,
/// kCancelled (within 0.5 s of a stop).
SamplingReport streamFrames(const Question& question, const FrameReceiver& receive,
                            const CancelToken& cancel, const SamplingLimits& limits = {});

/// A frame for the eye, of a request; its pixels copied. Thread: any.
FrameSeen frameSeen(RequestId request, const SampledFrame& frame);

}  // namespace reelquery
