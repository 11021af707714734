#include "vision/video/clip_range.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/base/error.h"
#include "core/base/media_time.h"
#include "vision/video/file_checks.h"

namespace reelquery {
namespace {

void checkRange(const VideoInfo& info, const SamplingOptions& options) {
    const double fromS = options.fromS.value_or(0);
    const double toS = options.toS.value_or(info.durationS);
    if (!std::isfinite(fromS) || !std::isfinite(toS) || fromS < 0 || toS < 0) {
        throw Error(ErrorCode::kUsage, "the range must lie at 0:00 or later");
    }
    if (fromS > 0 && fromS >= info.durationS && info.cutShort) {
        throw Error(ErrorCode::kVideo, cutShortText(*info.cutShort, shownName(info.path)),
                    "copy or download it again, or ask about the part before " +
                        formatClock(info.durationS));
    }
    if (fromS > 0 && fromS >= info.durationS) {
        throw Error(ErrorCode::kUsage,
                    "the range starts at " + formatClock(fromS) + ", but the video ends at " +
                        formatClock(info.durationS),
                    "choose a start before the end");
    }
    if (options.toS && toS < info.firstFrameS) {
        throw Error(ErrorCode::kUsage,
                    "the range ends at " + formatClock(toS) + ", but the first picture comes at " +
                        formatClock(info.firstFrameS),
                    "choose an end after that");
    }
    if (options.fromS && options.toS && fromS >= toS) {
        throw Error(ErrorCode::kUsage,
                    "the range ends at " + formatClock(toS) + ", not after its start at " +
                        formatClock(fromS),
                    "swap the two times or move one");
    }
}

[[noreturn]] void refuseStretch(const TimeRange& stretch, const char* what) {
    throw Error(ErrorCode::kUsage,
                "the stretch from " + formatClock(stretch.fromS) + " to " +
                    formatClock(stretch.toS) + " " + what,
                "give stretches in order, apart from each other and inside the range");
}

void checkStretches(const std::vector<TimeRange>& stretches) {
    for (std::size_t i = 0; i < stretches.size(); ++i) {
        const TimeRange& stretch = stretches[i];
        if (!std::isfinite(stretch.fromS) || !std::isfinite(stretch.toS) || stretch.fromS < 0) {
            throw Error(ErrorCode::kUsage, "stretches must lie at 0:00 or later");
        }
        if (stretch.fromS >= stretch.toS) refuseStretch(stretch, "is empty");
        if (i > 0 && stretch.fromS < stretches[i - 1].toS) {
            refuseStretch(stretch, "begins before the one before it ends");
        }
    }
}

/// A frame that stays this long is looked at, however it came to be on show.
constexpr double kSeenS = 0.25;
constexpr double kUnevenStep = 1.5;

/// First frame of a range from `fromS` on.
std::int64_t firstOnShow(const Timeline& timeline, double fromS) {
    const std::int64_t inside = timeline.firstAtOrAfter(fromS);
    if (inside == 0) return 0;
    if (inside == timeline.frameCount()) return inside - 1;
    const double staysS = timeline.timeS(inside) - fromS;
    const bool isLast = inside + 1 == timeline.frameCount();
    const double stepS = isLast ? timeline.timeS(inside) - timeline.timeS(inside - 1)
                                : timeline.timeS(inside + 1) - timeline.timeS(inside);
    return staysS >= kSeenS || staysS > kUnevenStep * stepS ? inside - 1 : inside;
}

}  // namespace

ClipRange clipRange(const VideoInfo& info, const Timeline& timeline,
                    const SamplingOptions& options) {
    checkRange(info, options);
    ClipRange clip{0, timeline.frameCount() - 1, options.fromS.value_or(0)};
    if (options.fromS) clip.first = firstOnShow(timeline, *options.fromS);
    if (options.toS) {
        clip.last = std::clamp<std::int64_t>(timeline.lastAtOrBefore(*options.toS), 0, clip.last);
    }
    if (clip.last < clip.first) clip.first = clip.last;
    return clip;
}

std::vector<ClipRange> clipStretches(const VideoInfo& info, const Timeline& timeline,
                                     const SamplingOptions& options) {
    if (options.within.empty()) return {clipRange(info, timeline, options)};
    checkStretches(options.within);
    std::vector<ClipRange> clips;
    for (const TimeRange& stretch : options.within) {
        SamplingOptions part = options;
        part.fromS = std::max(stretch.fromS, options.fromS.value_or(0));
        part.toS = std::min(stretch.toS, options.toS.value_or(stretch.toS));
        if (*part.fromS >= *part.toS) refuseStretch(stretch, "lies outside the range");
        ClipRange clip = clipRange(info, timeline, part);
        if (!clips.empty()) clip.first = std::max(clip.first, clips.back().last + 1);
        if (clip.first <= clip.last) clips.push_back(clip);
    }
    return clips;
}

}  // namespace reelquery
