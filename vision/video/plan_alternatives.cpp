#include <cmath>
#include <optional>

#include "core/base/error.h"
#include "core/base/media_time.h"
#include "vision/video/clip_range.h"
#include "vision/video/frame_plan.h"
#include "vision/video/time_sampling.h"
#include "vision/video/timeline.h"

namespace reelquery {
namespace {

/// Adds the alternative if it can be planned at or below maxTokens.
void addIfFitting(const VideoInfo& info, PlanAlternative alternative, std::int64_t maxTokens,
                  std::vector<PlanAlternative>& found) {
    try {
        const FramePlan plan = planFrames(info, alternative.options);
        if (plan.tokens > maxTokens) return;
        alternative.frames = static_cast<std::int64_t>(plan.wanted.size());
        alternative.size = plan.size;
        alternative.tokens = plan.tokens;
        found.push_back(std::move(alternative));
    } catch (const Error& error) {
        if (error.code() != ErrorCode::kUsage) throw;  // kUsage: this one breaks its own budget
    }
}

/// The budget at which `kept` frames have the size that `frames` of them have under `options`.
std::int64_t budgetOfSameSize(const SamplingOptions& options, std::int64_t frames,
                              std::int64_t kept) {
    const double limit = framePixelLimit(frames, options.maxVideoTokens, options.minTokensPerPair,
                                         options.maxTokensPerPair, options.tokenSide);
    const auto pairPixels = static_cast<double>(2 * tokenPixels(options.tokenSide));
    return static_cast<std::int64_t>(std::ceil(limit * static_cast<double>(kept) / pairPixels));
}

std::string budgetFlag(std::int64_t tokens) {
    return "--max-video-tokens " + std::to_string(tokens);
}

}  // namespace

std::vector<PlanAlternative> proposeAlternatives(const VideoInfo& info,
                                                 const SamplingOptions& options,
                                                 std::int64_t maxTokens) {
    const Timeline timeline(info);
    const std::vector<ClipRange> clips = clipStretches(info, timeline, options);
    const std::int64_t frames =
        framesByRule(clips, rateInside(timeline, clips, info.averageFps), options);
    const std::int64_t perPair =
        videoTokens(2, frameSizeFor(info, options, frames), options.tokenSide);
    const std::int64_t fitting = 2 * (maxTokens / perPair);
    const std::int64_t sameSize = budgetOfSameSize(options, frames, fitting);
    std::vector<PlanAlternative> found;

    if (fitting >= 2 && fitting < frames) {
        PlanAlternative fewer{"fewer frames", {}, options, 0, {}, 0};
        fewer.options.frames = static_cast<int>(fitting);
        fewer.options.maxVideoTokens = sameSize;
        fewer.flag =
            "--frames " + std::to_string(fitting) + " " + budgetFlag(fewer.options.maxVideoTokens);
        addIfFitting(info, fewer, maxTokens, found);
    }
    PlanAlternative smaller{"smaller frames", budgetFlag(maxTokens), options, 0, {}, 0};
    smaller.options.frames = static_cast<int>(frames);
    smaller.options.maxVideoTokens = maxTokens;
    if (options.frames) smaller.flag = "--frames " + std::to_string(frames) + " " + smaller.flag;
    addIfFitting(info, smaller, maxTokens, found);

    if (clips.size() > 1) return found;  // stretches are short already
    const double fromS = timeline.timeS(clips[0].first);
    const double spanS = timeline.timeS(clips[0].last) - fromS;
    const double keptS = spanS * static_cast<double>(fitting) / static_cast<double>(frames);
    const double toS = std::floor(fromS + keptS);
    if (fitting >= 2 && fitting < frames && toS > fromS) {
        PlanAlternative shorter{"shorter range", {}, options, 0, {}, 0};
        shorter.options.toS = toS;
        shorter.options.frames = static_cast<int>(fitting);
        shorter.options.maxVideoTokens = sameSize;
        shorter.flag = "--to " + formatClock(toS) + " --frames " + std::to_string(fitting) + " " +
                       budgetFlag(shorter.options.maxVideoTokens);
        addIfFitting(info, shorter, maxTokens, found);
    }
    return found;
}

}  // namespace reelquery
