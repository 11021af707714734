#pragma once
// The part of a video that a question is about, in frames. Pure.

#include <cstdint>
#include <vector>

#include "core/base/run_options.h"
#include "vision/video/timeline.h"
#include "vision/video/video_info.h"

namespace reelquery {

/// Frames first..last, both included.
struct ClipRange {
    std::int64_t first = 0;
    std::int64_t last = 0;

    std::int64_t frameCount() const { return last - first + 1; }
};

/// Frames whose time lies in [fromS, toS]; the frame on show at fromS when none begins in between.
/// A toS past the end means the end.
/// Errors: kUsage for a range that is empty, negative or starts after the end; kVideo for one that
/// reaches into the missing part of a file that was cut short.
ClipRange clipRange(const VideoInfo& info, const Timeline& timeline,
                    const SamplingOptions& options);

/// The stretches of options.within, cut to [fromS, toS]; the whole range where there are none. In
/// order, no frame in two of them; a stretch without a frame of its own is left out.
/// Errors: as clipRange, for each stretch; kUsage for stretches that are empty, out of order,
/// overlapping or outside the range.
std::vector<ClipRange> clipStretches(const VideoInfo& info, const Timeline& timeline,
                                     const SamplingOptions& options);

}  // namespace reelquery
