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
    /// When the range begins. The first frame may have been on show since before; what is seen of
    /// it is from here on.
    double fromS = 0;

    std::int64_t frameCount() const { return last - first + 1; }
};

/// Frames that begin in [fromS, toS], and the frame that is on show at fromS where it stays for a
/// quarter of a second or for longer than the frame after it: where frames come fast and evenly,
/// the reference's rule of counting from the first one at or after fromS holds.
/// A toS past the end means the end, and the last frame stays on show till then.
/// Errors: kUsage for a range that is empty, negative, starts after the end or ends before the
/// first frame; kVideo for one that starts in the missing part of a file that was cut short.
ClipRange clipRange(const VideoInfo& info, const Timeline& timeline,
                    const SamplingOptions& options);

/// The stretches of options.within, cut to [fromS, toS]; the whole range where there are none. In
/// order, no frame in two of them; a stretch without a frame of its own is left out.
/// Errors: as clipRange, for each stretch; kUsage for stretches that are empty, out of order,
/// overlapping or outside the range.
std::vector<ClipRange> clipStretches(const VideoInfo& info, const Timeline& timeline,
                                     const SamplingOptions& options);

}  // namespace reelquery
