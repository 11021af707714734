#include "vision/video/target_matcher.h"

#include <algorithm>
#include <new>

#include "vision/video/codec_session.h"

namespace reelquery {
namespace {

void keep(av::Frame& place, const AVFrame& frame) {
    av_frame_unref(place.get());
    if (av_frame_ref(place.get(), &frame) < 0) throw std::bad_alloc();
}

}  // namespace

std::vector<std::size_t> positionsByRank(const FrameIndex& index) {
    if (!index.isExact()) return {};
    std::vector<std::size_t> positions;
    for (std::size_t i = 0; i < index.frames.size(); ++i) {
        const std::size_t rank = index.frames[i].decodeOrder;
        if (rank >= positions.size()) positions.resize(rank + 1, kNotShown);
        positions[rank] = i;
    }
    return positions;
}

TargetMatcher::TargetMatcher(const std::vector<DecodeTarget>& targets,
                             const std::vector<std::size_t>& positions, bool withNeighbours,
                             const TargetReceiver& receive)
    : targets_(targets),
      positions_(positions),
      withNeighbours_(withNeighbours),
      receive_(receive),
      needed_(targets.size()) {}

bool TargetMatcher::wants(std::uint32_t rank) const {
    if (withNeighbours_) return true;  // what is shown beside a target must be whole, too
    return std::any_of(targets_.begin(), targets_.end(), [&](const DecodeTarget& target) {
        return !target.decodeOrder || *target.decodeOrder == rank;
    });
}

void TargetMatcher::sent(std::uint32_t rank) {
    const auto counts = [&](const DecodeTarget& target) {
        return !target.decodeOrder || *target.decodeOrder == rank;
    };
    if (std::any_of(targets_.begin(), targets_.end(), counts)) ++sent_;
}

void TargetMatcher::restart() {
    sent_ = 0;
    hasPrevious_ = false;
}

std::size_t TargetMatcher::positionOf(const AVFrame& frame) const {
    const auto rank = static_cast<std::size_t>(shownAt(frame));
    return rank < positions_.size() ? positions_[rank] : kNotShown;
}

bool TargetMatcher::leavesGap(const AVFrame& frame) const {
    if (next_ == targets_.size() || !targets_[next_].decodeOrder) return false;
    const std::size_t position = positionOf(frame);
    return position != kNotShown && position > targets_[next_].position;
}

void TargetMatcher::offer(const AVFrame& frame) {
    deliverWaiting(&frame);
    if (next_ < targets_.size()) meet(frame);
    if (withNeighbours_) {
        keep(previous_, frame);
        hasPrevious_ = true;
    }
}

void TargetMatcher::meet(const AVFrame& frame) {
    if (!targets_[next_].decodeOrder) {
        ++next_;
        deliver({frame}, next_ - 1, targets_[next_ - 1].position);
        return;
    }
    const std::size_t position = positionOf(frame);
    for (std::size_t i = next_; i < targets_.size(); ++i) {
        if (targets_[i].position != position) continue;
        settleBefore(i);
        next_ = i + 1;
        if (!withNeighbours_) {
            deliver({frame}, i, position);
            return;
        }
        keep(waiting_, frame);
        if (hasPrevious_) keep(beforeWaiting_, *previous_);
        hasBefore_ = hasPrevious_;
        isWaiting_ = true;
        return;
    }
    const DecodeTarget& open = targets_[next_];
    if (!hasStandIn_ && position > open.position && position < open.standInEnd) {  // not kNotShown
        keep(standIn_, frame);
        hasStandIn_ = true;
    }
}

void TargetMatcher::deliverWaiting(const AVFrame* after) {
    if (!isWaiting_) return;
    isWaiting_ = false;
    const std::size_t target = next_ - 1;
    const std::size_t position = targets_[target].position;
    const AVFrame* before = hasBefore_ ? beforeWaiting_.get() : nullptr;
    deliver({*waiting_, before, after, position == 0}, target, position);
}

void TargetMatcher::drained() {
    deliverWaiting(nullptr);
}

void TargetMatcher::finish() {
    drained();
    settleBefore(targets_.size());
}

/// What is open before this target will not come any more.
void TargetMatcher::settleBefore(std::size_t target) {
    if (hasStandIn_ && next_ < target) deliver({*standIn_}, next_, positionOf(*standIn_));
    next_ = std::max(next_, target);
    if (hasStandIn_) av_frame_unref(standIn_.get());
    hasStandIn_ = false;
}

void TargetMatcher::deliver(const DecodedFrame& frame, std::size_t target, std::size_t position) {
    if (lastDelivered_ && position <= *lastDelivered_) return;
    receive_(frame, targets_[target], position);
    if (targets_[target].decodeOrder) lastDelivered_ = position;
}

}  // namespace reelquery
