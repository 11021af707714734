#pragma once
// Picks a job's wanted frames out of what a decoder delivers. Included only inside vision/video.

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "vision/video/av_handles.h"
#include "vision/video/decode_schedule.h"

namespace reelquery {

/// Receives a frame and the target it is for; the frame is only valid during the call.
using TargetReceiver = std::function<void(const AVFrame&, const DecodeTarget&)>;

/// A target is met by the frame with its time stamp. When that one does not come out, the next one
/// that does stands in, unless another target is waiting for it. Confined to one thread; refers to
/// the targets and the receiver it was given.
class TargetMatcher {
  public:
    TargetMatcher(const std::vector<DecodeTarget>& targets, const TargetReceiver& receive);

    /// True when the packet holds a target's frame.
    bool wants(const AVPacket& packet) const;

    /// Takes note of a packet that goes to the decoder.
    void sent(const AVPacket& packet);

    /// The packets are about to be sent once more; what is met stays met.
    void restart() { sent_ = 0; }

    /// True when no packet from this one on can hold a target's frame.
    bool isPast(const AVPacket& packet) const;

    /// True when the decoder has been given all that the targets need.
    bool isAllSent() const { return sent_ >= targets_.size(); }

    bool isAllMet() const { return next_ == targets_.size(); }

    /// Looks at a decoded frame.
    void offer(const AVFrame& frame);

    /// Settles what is still open once the decoder has nothing left.
    void finish();

  private:
    void settleBefore(std::size_t position);
    void deliver(const AVFrame& frame, std::size_t position);

    const std::vector<DecodeTarget>& targets_;
    const TargetReceiver& receive_;
    std::size_t sent_ = 0;  ///< targets whose packets went out
    std::size_t next_ = 0;  ///< first target that is still open
    std::optional<std::int64_t> lastDelivered_;
    av::Frame standIn_ = av::makeFrame();  ///< the frame after an open target, once seen
    bool hasStandIn_ = false;
};

}  // namespace reelquery
