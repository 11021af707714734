#include "vision/video/clip_range.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/base/error.h"
#include "core/base/media_time.h"

namespace reelquery {
namespace {

void checkRange(const VideoInfo& info, const SamplingOptions& options) {
    const double fromS = options.fromS.value_or(0);
    const double toS = options.toS.value_or(info.durationS);
    if (!std::isfinite(fromS) || !std::isfinite(toS) || fromS < 0 || toS < 0) {
        throw Error(ErrorCode::kUsage, "the range must lie at 0:00 or later");
    }
    if (fromS > 0 && fromS >= info.durationS) {
        throw Error(ErrorCode::kUsage,
                    "the range starts at " + formatClock(fromS) + ", but the video ends at " +
                        formatClock(info.durationS),
                    "choose a start before the end");
    }
    if (options.fromS && options.toS && fromS >= toS) {
        throw Error(ErrorCode::kUsage,
                    "the range ends at " + formatClock(toS) + ", not after its start at " +
                        formatClock(fromS),
                    "swap the two times or move one");
    }
}

}  // namespace

ClipRange clipRange(const VideoInfo& info, const Timeline& timeline,
                    const SamplingOptions& options) {
    checkRange(info, options);
    ClipRange clip{0, timeline.frameCount() - 1};
    if (options.fromS) clip.first = std::min(timeline.firstAtOrAfter(*options.fromS), clip.last);
    if (options.toS) {
        clip.last = std::clamp<std::int64_t>(timeline.lastAtOrBefore(*options.toS), 0, clip.last);
    }
    if (clip.last < clip.first) clip.first = clip.last;
    if (info.readableUntilS && timeline.timeS(clip.last) > *info.readableUntilS) {
        throw Error(ErrorCode::kVideo,
                    info.path.filename().string() + " is cut short: it should run to " +
                        formatClock(info.durationS) + " but its data ends at " +
                        formatClock(*info.readableUntilS),
                    "copy or download it again, or ask about the part before " +
                        formatClock(*info.readableUntilS));
    }
    return clip;
}

}  // namespace reelquery
