#pragma once
// Picks a job's wanted frames out of what a decoder delivers. Included only inside vision/video.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "vision/video/av_handles.h"
#include "vision/video/decode_schedule.h"

namespace reelquery {

/// Position in the index of the frame whose packet has this rank; kNotShown for others.
inline constexpr std::size_t kNotShown = SIZE_MAX;
std::vector<std::size_t> positionsByRank(const FrameIndex& index);

/// A decoded frame and what is shown before and after it, where that was asked for and is there.
struct DecodedFrame {
    const AVFrame& frame;
    const AVFrame* before = nullptr;
    const AVFrame* after = nullptr;
    bool isFirst = false;  ///< of the video: nothing comes before it
};

/// Receives a frame, the target it is for and its position in the index (the target's own unless
/// it stands in); the frame is only valid during the call.
using TargetReceiver =
    std::function<void(const DecodedFrame&, const DecodeTarget&, std::size_t position)>;

/// A target is met by the frame of its packet: frames carry their packet's rank as their time
/// stamp, see Note [Which packet]. When that one does not come out, the next one that does stands
/// in, unless it is wanted itself or lies outside the range. Confined to one thread; refers to what
/// it was given.
class TargetMatcher {
  public:
    /// positions: of positionsByRank; empty while ranks are not known. withNeighbours: the frames
    /// before and after are handed over, too.
    TargetMatcher(const std::vector<DecodeTarget>& targets,
                  const std::vector<std::size_t>& positions, bool withNeighbours,
                  const TargetReceiver& receive);

    /// True when the packet of this rank holds a target's frame.
    bool wants(std::uint32_t rank) const;

    /// Takes note of a packet that goes to the decoder.
    void sent(std::uint32_t rank);

    /// The packets are about to be sent once more; what is met stays met.
    void restart();

    /// True when the decoder has been given all that the targets need.
    bool isAllSent() const { return sent_ >= needed_; }

    bool isAllMet() const { return next_ == targets_.size() && !isWaiting_; }

    /// True when a frame before this one is still open, so that it will not come any more.
    bool leavesGap(const AVFrame& frame) const;

    /// Looks at a decoded frame.
    void offer(const AVFrame& frame);

    /// The decoder has nothing left for now: a frame that waits for the one after it goes without.
    void drained();

    /// Settles what is still open.
    void finish();

  private:
    void settleBefore(std::size_t target);
    void meet(const AVFrame& frame);
    void deliverWaiting(const AVFrame* after);
    void deliver(const DecodedFrame& frame, std::size_t target, std::size_t position);
    std::size_t positionOf(const AVFrame& frame) const;

    const std::vector<DecodeTarget>& targets_;
    const std::vector<std::size_t>& positions_;
    const bool withNeighbours_;
    const TargetReceiver& receive_;
    std::size_t needed_ = 0;                    ///< packets that must go out
    std::size_t sent_ = 0;                      ///< of them
    std::size_t next_ = 0;                      ///< first target that is still open
    std::optional<std::size_t> lastDelivered_;  ///< its position
    av::Frame standIn_ = av::makeFrame();       ///< a frame after an open target, once seen
    bool hasStandIn_ = false;
    av::Frame previous_ = av::makeFrame();  ///< the frame that came last
    bool hasPrevious_ = false;
    av::Frame waiting_ = av::makeFrame();  ///< met, and waiting for the frame after it
    av::Frame beforeWaiting_ = av::makeFrame();
    bool isWaiting_ = false, hasBefore_ = false;
};

}  // namespace reelquery
