#pragma once
// A frame as the model sees it, and the account of how a set of them was had.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/run_options.h"
#include "vision/video/video_info.h"

namespace reelquery {

/// One delivered frame.
struct SampledFrame {
    int position = 0;             ///< 0, 1, 2, ... in the order of delivery
    double timeS = 0;             ///< when it is shown, from the start of the file
    std::int64_t ptsTicks = 0;    ///< the same in the stream's time base, not shifted
    double wantedS = 0;           ///< the time the sampling rule asked for
    bool isKeyFrame = false;      ///< decoding could start here
    bool isRepeat = false;        ///< the frame before once more, to make the number even
    bool hadDecodeError = false;  ///< the decoder reported damage in it and patched it up
    at::Tensor rgb;               ///< u8 [3, H, W], contiguous, sRGB-like R, G, B
};

/// Receives frames in time order on the thread that called sampleFrames.
using FrameReceiver = std::function<void(SampledFrame&&)>;

/// What sampling may use.
struct SamplingLimits {
    int threads = 0;             ///< decoder threads in all; 0: one per processor, at most 32
    int bufferedFrames = 32;     ///< finished frames that may wait for the receiver
    bool atLowPriority = false;  ///< decoders give way to other threads
    ScanProgress onScan = {};    ///< hears of a file that has to be read through first
    int cardDecoders = 0;        ///< more of them, on a card's video engine
    int card = 0;                ///< its CUDA ordinal
};

/// What sampling did. Times are seconds of video from its first frame unless they say otherwise.
struct SamplingReport {
    int wanted = 0;                       ///< different frames planned; 1 for a still picture
    int got = 0;                          ///< different frames delivered, repeats not counted
    double firstS = 0, lastS = 0;         ///< of the delivered frames
    std::vector<std::string> unreadable;  ///< names of pictures of a list that no frame came from
    int decodeErrors = 0;                 ///< damaged or missing packets and frames met on the way
    SamplingMode modeUsed = SamplingMode::kExact;
    double keyFrameShare = 0;  ///< key frames among the delivered
    std::int64_t packetsRead = 0;
    std::int64_t framesDecoded = 0;  ///< frames that came out of the decoders
    int seeks = 0;
    int decoders = 0;               ///< that ran side by side
    int cardDecoders = 0;           ///< of them on a card
    std::int64_t framesOnCard = 0;  ///< of framesDecoded
    double decodingS = 0;           ///< that a decoder worked, in the mean of all
    double heldUpS = 0;  ///< that a decoder waited for the receiver to make room, in the mean
    double scanS = 0;    ///< wall time spent on reading the packets' time stamps
    double seconds = 0;  ///< wall time in all
};

}  // namespace reelquery
