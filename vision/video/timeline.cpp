#include "vision/video/timeline.h"

#include <algorithm>

#include "core/base/error.h"

namespace reelquery {
namespace {

/// A time typed by a person or printed with six digits still means the frame it was read from.
constexpr double kSameInstantS = 1e-6;

}  // namespace

Timeline::Timeline(const VideoInfo& info)
    : info_(info),
      usesIndex_(info.index && info.index->hasEveryFrame),
      frameCount_(usesIndex_ ? static_cast<std::int64_t>(info.index->frames.size())
                             : info.frameCount) {
    ENSURE(frameCount_ >= 1, "a video without frames is refused when it is opened");
}

bool Timeline::isExact() const {
    return info_.index && info_.index->isExact();
}

double Timeline::timeS(std::int64_t k) const {
    if (usesIndex_) {
        return info_.index->timeS(info_.index->frames[static_cast<std::size_t>(k)].ptsTicks);
    }
    if (frameCount_ == 1) return info_.firstFrameS;
    const double spanS =
        std::max(0.0, info_.pictureEndS - info_.firstFrameS - 1 / info_.averageFps);
    return info_.firstFrameS +
           spanS * static_cast<double>(k) / static_cast<double>(frameCount_ - 1);
}

std::int64_t Timeline::firstAtOrAfter(double seconds) const {
    return countBefore(seconds - kSameInstantS);
}

std::int64_t Timeline::lastAtOrBefore(double seconds) const {
    return countBefore(seconds + kSameInstantS) - 1;
}

std::int64_t Timeline::countBefore(double seconds) const {
    std::int64_t low = 0, high = frameCount_;
    while (low < high) {
        const std::int64_t middle = low + (high - low) / 2;
        if (timeS(middle) < seconds) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

}  // namespace reelquery
