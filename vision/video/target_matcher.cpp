#include "vision/video/target_matcher.h"

#include <algorithm>
#include <new>

#include "vision/video/codec_session.h"

namespace reelquery {

TargetMatcher::TargetMatcher(const std::vector<DecodeTarget>& targets,
                             const TargetReceiver& receive)
    : targets_(targets), receive_(receive) {}

bool TargetMatcher::wants(const AVPacket& packet) const {
    const std::int64_t pts = shownAt(packet);
    return std::any_of(targets_.begin(), targets_.end(), [&](const DecodeTarget& target) {
        return !target.ptsTicks || pts == AV_NOPTS_VALUE || *target.ptsTicks == pts;
    });
}

void TargetMatcher::sent(const AVPacket& packet) {
    if (wants(packet)) ++sent_;
}

bool TargetMatcher::isPast(const AVPacket& packet) const {
    const std::optional<std::int64_t>& last = targets_.back().ptsTicks;
    return last && packet.dts != AV_NOPTS_VALUE && packet.dts > *last;
}

void TargetMatcher::offer(const AVFrame& frame) {
    if (isAllMet()) return;
    const std::int64_t pts = shownAt(frame);
    if (!targets_[next_].ptsTicks) {
        deliver(frame, next_);
        return;
    }
    for (std::size_t i = next_; i < targets_.size(); ++i) {
        if (targets_[i].ptsTicks != pts) continue;
        settleBefore(i);
        deliver(frame, i);
        return;
    }
    if (!hasStandIn_ && pts > *targets_[next_].ptsTicks) {
        if (av_frame_ref(standIn_.get(), &frame) < 0) throw std::bad_alloc();
        hasStandIn_ = true;
    }
}

void TargetMatcher::finish() {
    settleBefore(targets_.size());
}

void TargetMatcher::settleBefore(std::size_t position) {
    if (hasStandIn_ && next_ < position) {
        const std::int64_t pts = shownAt(*standIn_);
        const bool isFree = position == targets_.size() || pts < *targets_[position].ptsTicks;
        if (isFree && (!lastDelivered_ || pts > *lastDelivered_)) deliver(*standIn_, next_);
    }
    next_ = std::max(next_, position);
    if (hasStandIn_) av_frame_unref(standIn_.get());
    hasStandIn_ = false;
}

void TargetMatcher::deliver(const AVFrame& frame, std::size_t position) {
    receive_(frame, targets_[position]);
    lastDelivered_ = shownAt(frame);
    next_ = position + 1;
}

}  // namespace reelquery
