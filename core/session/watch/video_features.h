#pragma once
// A video becomes feature rows: decoded by vision/video's threads, encoded here as frames come in.

#include <functional>
#include <vector>

#include "core/answer/question.h"
#include "core/base/cancel.h"
#include "core/device/vision_features.h"
#include "core/spec/vision_config.h"
#include "vision/encoder/vision_tower.h"
#include "vision/video/sampled_frame.h"

namespace reelquery {

/// The features of one video, with the real times they belong to.
struct VideoFeatures : VisionFeatures {
    PatchGrid grid;                   ///< of the frames that were had
    std::vector<double> frameTimesS;  ///< [frames], the last one twice where it was repeated
    SamplingReport sampling;
    double encodeS = 0;
    double decodeS = 0;  ///< time the encoder waited for frames
    double secondsPerPair = 1.0;
};

/// Called per frame, before it is encoded; `done` frames including this one.
using FrameObserver = std::function<void(const SampledFrame& frame, int done)>;

/// Decodes and encodes the planned frames. Never holds more than a few of them.
/// Errors: kVideo, kCancelled (within 0.5 s of a stop).
VideoFeatures encodeVideo(const Question& question, const VisionTower& tower,
                          const PixelConfig& pixels, const FrameObserver& onFrame,
                          const CancelToken& cancel);

/// Decodes the planned frames for their observer alone. Returns the seconds it took. Errors: as
/// encodeVideo.
double decodeVideo(const Question& question, const FrameObserver& onFrame,
                   const CancelToken& cancel);

}  // namespace reelquery
