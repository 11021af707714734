#pragma once
// From a planned video to the frames the model sees.
//
//   VideoInfo info = probeVideo(path);
//   FramePlan plan = planFrames(info, options);
//   SamplingReport report = sampleFrames(info, plan, {}, onFrame, cancel);

#include <optional>
#include <vector>

#include "core/base/cancel.h"
#include "vision/video/frame_plan.h"
#include "vision/video/sampled_frame.h"
#include "vision/video/video_info.h"

namespace reelquery {

/// A plan whose frames are final, with the index it was made from.
struct SettledFrames {
    VideoInfo info;
    FramePlan plan;
};

/// The plan that sampleFrames would make anew from the frames' real times; nothing where the plan
/// is final already. Reads all packets, telling `progress`. Errors: kVideo, kCancelled.
std::optional<SettledFrames> settleFrames(const VideoInfo& info, const FramePlan& plan,
                                          const CancelToken& cancel = {},
                                          const ScanProgress& progress = {});

/// The times that sampleFrames gives to the frames of a final plan where each can be decoded, the
/// repeated one included; a guess where the index knows no real times.
std::vector<double> expectedTimes(const VideoInfo& info, const FramePlan& plan);

/// Decodes the planned frames, converts, rotates, tone-maps and resizes each as it is decoded, and
/// hands them over in time order on the calling thread. Each decoder holds one full-size picture
/// besides the codec's own; at most limits.bufferedFrames finished ones wait for the receiver.
///
/// An even number of frames is delivered: where an odd number could be had the last one comes
/// twice, the second time with isRepeat set. So a still picture or a video of one frame comes as
/// that frame twice.
///
/// A plan made before the frame times were known (timesAreExact false, mode exact) is made anew
/// from the real ones first, so its number of frames may change by a little.
///
/// A stop request is honoured within 0.2 s. What onFrame throws stops the decoders and passes
/// through.
/// Errors: kVideo when not one frame could be had; kCancelled.
SamplingReport sampleFrames(const VideoInfo& info, const FramePlan& plan,
                            const SamplingLimits& limits, const FrameReceiver& onFrame,
                            const CancelToken& cancel = {});

}  // namespace reelquery
