#pragma once
// Frame number <-> time for planning, from the best source a VideoInfo has.

#include <cstdint>

#include "vision/video/video_info.h"

namespace reelquery {

/// A view of a VideoInfo, which must outlive it. With a frame index, times are those of the
/// frames; without one they are spread evenly over the pictures' time, as an estimate. See Note
/// [Time stamps].
class Timeline {
  public:
    /// Requires: info.frameCount >= 1.
    explicit Timeline(const VideoInfo& info);

    std::int64_t frameCount() const { return frameCount_; }

    bool isExact() const;

    /// Time of frame `k` in seconds. Requires: 0 <= k < frameCount().
    double timeS(std::int64_t k) const;

    /// First frame at or after the time; frameCount() when all lie before it. Times that differ by
    /// less than a microsecond count as equal here and below.
    std::int64_t firstAtOrAfter(double seconds) const;

    /// Last frame at or before the time; -1 when all lie after it.
    std::int64_t lastAtOrBefore(double seconds) const;

  private:
    std::int64_t countBefore(double seconds) const;

    const VideoInfo& info_;
    const bool usesIndex_;
    const std::int64_t frameCount_;
};

}  // namespace reelquery
