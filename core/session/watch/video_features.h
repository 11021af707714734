#pragma once
// A video becomes feature rows: decoded by vision/video's threads, encoded here as frames come in.

#include <functional>
#include <memory>
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

/// Hears how far a video's features are, on the thread that encodes, which waits for it.
class RowsListener {
  public:
    virtual ~RowsListener() = default;

    /// Before the first frame is decoded. coming: what is being filled, its rows laid out for the
    /// whole video; expected: what it will be, without the rows, if all frames can be had.
    virtual void begin(std::shared_ptr<const VideoFeatures> coming,
                       std::shared_ptr<const VideoFeatures> expected) = 0;

    /// The first `rows` rows are there, and some are still to come.
    virtual void more(std::int64_t rows) = 0;
};

/// How a video is looked at.
struct VideoLook {
    FrameObserver onFrame;
    RowsListener* listener = nullptr;  ///< may be null
    int decodingThreads = 0;           ///< as SamplingLimits::threads
    bool atLowPriority = false;        ///< as SamplingLimits'
    ScanProgress onScan = {};          ///< as SamplingLimits'
    int cardDecoders = 0;              ///< as SamplingLimits'
    int card = 0;                      ///< as SamplingLimits'
    bool rowsOnHost = false;           ///< where the tower's device is short of memory
};

/// Decodes and encodes the planned frames. Never holds more than a few of them. decodeS is what is
/// neither encoding nor listening.
/// Errors: kVideo, kCancelled (within 0.5 s of a stop); what the listener throws.
std::shared_ptr<const VideoFeatures> encodeVideo(const Question& planned, const VisionTower& tower,
                                                 const PixelConfig& pixels, const VideoLook& look,
                                                 const CancelToken& cancel);

/// Decodes the planned frames for their observer alone. Returns the seconds it took. Errors: as
/// encodeVideo.
double decodeVideo(const Question& question, const VideoLook& look, const CancelToken& cancel);

}  // namespace reelquery
