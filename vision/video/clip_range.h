#pragma once
// The part of a video that a question is about, in frames. Pure.

#include <cstdint>

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

}  // namespace reelquery
