#include "vision/video/frame_plan.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/error.h"
#include "core/base/media_time.h"
#include "vision/video/clip_range.h"
#include "vision/video/key_frame_choice.h"
#include "vision/video/picture_plan.h"
#include "vision/video/time_sampling.h"
#include "vision/video/timeline.h"

namespace reelquery {
namespace {

/// Share of the wanted times that need a key frame of their own before kAuto takes key frames. At
/// this share the exact rest costs no more than a tenth of sampling everything exactly.
constexpr double kDenseKeyFrameShare = 0.9;

void checkOptions(const SamplingOptions& options) {
    const auto refuse = [](std::string message, std::string hint) {
        throw Error(ErrorCode::kUsage, std::move(message), std::move(hint));
    };
    if (!std::isfinite(options.fps) || options.fps <= 0) {
        refuse("the sampling rate must be more than 0 frames per second", "try 2");
    }
    if (options.frames && *options.frames < 2) {
        refuse("at least 2 frames are needed, not " + std::to_string(*options.frames),
               "frames go to the model in pairs");
    }
    if (options.minFrames < 1 || options.maxFrames < 2 || options.minFrames > options.maxFrames) {
        refuse("the least number of frames must be at most the greatest, and that at least 2", "");
    }
    if (options.minTokensPerPair < 1 || options.minTokensPerPair > options.maxTokensPerPair) {
        refuse("the least tokens of a frame pair must be at least 1 and at most the greatest", "");
    }
    if (options.maxVideoTokens < 1) refuse("the video token budget must be at least 1", "");
    ENSURE(options.tokenSide >= 2 && options.tokenSide % 2 == 0,
           "a token is two patches high and wide");
}

std::int64_t downToEven(double count) {
    return 2 * static_cast<std::int64_t>(count / 2);
}

std::int64_t tokensFor(const VideoInfo& info, const SamplingOptions& options, std::int64_t frames) {
    return videoTokens(frames, frameSizeFor(info, options, frames), options.tokenSide);
}

/// The largest even number of frames up to `frames` that keeps the budget; 0 when not even 2 do.
std::int64_t framesWithinBudget(const VideoInfo& info, const SamplingOptions& options,
                                std::int64_t frames) {
    while (frames >= 2 && tokensFor(info, options, frames) > options.maxVideoTokens) frames -= 2;
    return frames;
}

[[noreturn]] void refuseBudget(const VideoInfo& info, const SamplingOptions& options,
                               std::int64_t frames) {
    const std::int64_t fitting = framesWithinBudget(info, options, frames);
    const std::int64_t needed = tokensFor(info, options, frames);
    std::string hint = "allow " + std::to_string(needed) + " video tokens";
    if (fitting >= 2) hint = "take at most " + std::to_string(fitting) + " frames, or " + hint;
    throw Error(ErrorCode::kUsage,
                std::to_string(frames) + " frames need at least " + std::to_string(needed) +
                    " video tokens, the limit is " + std::to_string(options.maxVideoTokens),
                hint);
}

/// Every stretch gives at least one pair.
std::int64_t fewestFrames(const std::vector<ClipRange>& clips) {
    return 2 * static_cast<std::int64_t>(clips.size());
}

/// The key frames of the index: where each stands in it and when it is shown.
struct KeyFrames {
    std::vector<std::size_t> positions;
    std::vector<double> timesS;
};

KeyFrames keyFramesOf(const VideoInfo& info) {
    KeyFrames keys;
    if (!info.index) return keys;
    for (std::size_t i = 0; i < info.index->frames.size(); ++i) {
        const IndexedFrame& frame = info.index->frames[i];
        if (!frame.isKey) continue;
        keys.positions.push_back(i);
        keys.timesS.push_back(info.index->timeS(frame.ptsTicks));
    }
    return keys;
}

/// Leaves the key frames that lie in one of the stretches.
KeyFrames inside(const KeyFrames& keys, const std::vector<TimeRange>& stretches) {
    KeyFrames kept;
    for (std::size_t i = 0; i < keys.timesS.size(); ++i) {
        const double timeS = keys.timesS[i];
        if (std::none_of(stretches.begin(), stretches.end(), [&](const TimeRange& stretch) {
                return stretch.fromS <= timeS && timeS <= stretch.toS;
            })) {
            continue;
        }
        kept.positions.push_back(keys.positions[i]);
        kept.timesS.push_back(timeS);
    }
    return kept;
}

/// Lets key frames stand in where the mode asks for it and they are near enough. stretches: from
/// the first to the last wanted time of each.
void chooseMode(const VideoInfo& info, const std::vector<TimeRange>& stretches, FramePlan& plan) {
    plan.modeUsed = SamplingMode::kExact;
    double spanS = 0;
    for (const TimeRange& stretch : stretches) spanS += stretch.toS - stretch.fromS;
    if (plan.options.mode == SamplingMode::kExact || spanS <= 0) return;
    std::vector<double> wantedS;
    for (const WantedFrame& frame : plan.wanted) wantedS.push_back(frame.wantedS);
    KeyFrames keys = keyFramesOf(info);
    const SamplingOptions& options = plan.options;
    if (!options.within.empty() || options.fromS || options.toS) keys = inside(keys, stretches);
    const double halfStepS = spanS / static_cast<double>(wantedS.size() - stretches.size()) / 2;
    const auto chosen = keyFramesFor(wantedS, keys.timesS, halfStepS);
    const auto covered = std::count_if(chosen.begin(), chosen.end(),
                                       [](const auto& key) { return key.has_value(); });
    const double share = static_cast<double>(covered) / static_cast<double>(chosen.size());
    const bool isForced = plan.options.mode == SamplingMode::kKeyframes;
    if (covered == 0 || (!isForced && share < kDenseKeyFrameShare)) return;
    plan.modeUsed = SamplingMode::kKeyframes;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        if (!chosen[i]) continue;
        plan.wanted[i].takeKeyFrame = true;
        plan.wanted[i].takenS = std::max(keys.timesS[*chosen[i]], options.fromS.value_or(0));
        plan.wanted[i].indexPosition = keys.positions[*chosen[i]];
    }
}

}  // namespace

FrameSize frameSizeFor(const VideoInfo& info, const SamplingOptions& options, std::int64_t frames) {
    const double limit = framePixelLimit(frames, options.maxVideoTokens, options.minTokensPerPair,
                                         options.maxTokensPerPair, options.tokenSide);
    const auto minPixels =
        static_cast<double>(options.minTokensPerPair * tokenPixels(options.tokenSide));
    return smartResize(info.displayHeight, info.displayWidth, minPixels, limit, options.tokenSide);
}

std::int64_t sampledFrameCount(std::int64_t totalFrames, double averageFps,
                               const SamplingOptions& options) {
    ENSURE(totalFrames >= 1 && averageFps > 0, "a clip has frames and a rate");
    checkOptions(options);
    if (totalFrames == 1) return 2;
    const auto total = static_cast<double>(totalFrames);
    if (options.frames) {
        const double even = 2 * std::nearbyint(*options.frames / 2.0);  // ties to even
        return downToEven(std::min(even, total));
    }
    const double least = 2 * std::ceil(options.minFrames / 2.0);
    const double most = 2 * std::floor(std::min<double>(options.maxFrames, total) / 2);
    const double byRate = total / averageFps * options.fps;
    return downToEven(std::min(std::min(std::max(byRate, least), most), total));
}

std::int64_t frameCount(const std::vector<ClipRange>& clips) {
    return std::accumulate(
        clips.begin(), clips.end(), std::int64_t{0},
        [](std::int64_t sum, const ClipRange& clip) { return sum + clip.frameCount(); });
}

std::int64_t framesByRule(const std::vector<ClipRange>& clips, double averageFps,
                          const SamplingOptions& options) {
    const std::int64_t frames = sampledFrameCount(frameCount(clips), averageFps, options);
    const std::int64_t fewest = fewestFrames(clips);
    if (options.frames && frames < fewest) {
        throw Error(ErrorCode::kUsage,
                    std::to_string(clips.size()) + " stretches need at least " +
                        std::to_string(fewest) + " frames, not " + std::to_string(*options.frames),
                    "a pair of frames comes from each; allow more frames or give fewer stretches");
    }
    return std::max(frames, fewest);
}

std::vector<std::int64_t> sharedFrames(const std::vector<ClipRange>& clips, std::int64_t frames) {
    const auto count = static_cast<std::int64_t>(clips.size());
    const std::int64_t pairs = frames / 2, total = frameCount(clips);
    ENSURE(pairs >= count, "every stretch gets a pair");
    std::vector<std::int64_t> shares;
    std::int64_t given = 0, before = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        // Pairs up to the end of this stretch, rounded, with one kept for each stretch to come.
        before += clips[static_cast<std::size_t>(i)].frameCount();
        const std::int64_t upTo = (2 * pairs * before + total) / (2 * total);
        const std::int64_t share =
            std::clamp(upTo - given, std::int64_t{1}, pairs - given - (count - 1 - i));
        shares.push_back(2 * share);
        given += share;
    }
    return shares;
}

std::vector<std::int64_t> sampledIndices(std::int64_t first, std::int64_t last,
                                         std::int64_t count) {
    const at::Tensor spread = at::linspace(first, last, count, at::kFloat).round().to(at::kLong);
    const std::int64_t* indices = spread.const_data_ptr<std::int64_t>();
    return {indices, indices + count};
}

namespace {

std::vector<std::int64_t> framesOf(const Timeline& timeline, const ClipRange& clip,
                                   std::int64_t count) {
    if (count <= clip.frameCount() && isUneven(timeline, clip)) {
        return framesByTime(timeline, clip, count);
    }
    std::vector<std::int64_t> frames = sampledIndices(clip.first, clip.last, count);
    if (!timeline.isExact()) return frames;
    // Of frames with one time stamp the first is the one a player stops at.
    std::int64_t before = clip.first - 1;
    for (std::int64_t& frame : frames) {
        while (frame - 1 > before && timeline.timeS(frame - 1) == timeline.timeS(frame)) --frame;
        before = frame;
    }
    return frames;
}

}  // namespace

FramePlan planFrames(const VideoInfo& info, const SamplingOptions& options) {
    checkOptions(options);
    if (info.pictures) return planPictures(info, options);
    const Timeline timeline(info);
    const std::vector<ClipRange> clips = clipStretches(info, timeline, options);
    const std::int64_t clipFrames = frameCount(clips);
    const double rate = rateInside(timeline, clips, info.averageFps);
    FramePlan plan;
    plan.options = options;
    plan.timesAreExact = timeline.isExact();
    plan.framesByRule = framesByRule(clips, rate, options);
    const std::int64_t frames = framesWithinBudget(info, options, plan.framesByRule);
    if (frames < fewestFrames(clips) || (options.frames && frames < plan.framesByRule)) {
        refuseBudget(info, options, plan.framesByRule);
    }
    const std::vector<std::int64_t> shares = sharedFrames(clips, frames);
    std::vector<TimeRange> stretches;
    for (std::size_t i = 0; i < clips.size(); ++i) {
        for (const std::int64_t index : framesOf(timeline, clips[i], shares[i])) {
            WantedFrame wanted;
            wanted.frameIndex = index;
            wanted.wantedS = wanted.takenS = std::max(timeline.timeS(index), clips[i].fromS);
            wanted.indexPosition = static_cast<std::size_t>(index);
            wanted.rangeLast = clips[i].last;
            plan.wanted.push_back(wanted);
        }
        stretches.push_back({timeline.timeS(clips[i].first), timeline.timeS(clips[i].last)});
    }
    chooseMode(info, stretches, plan);
    plan.size = frameSizeFor(info, options, frames);
    plan.tokens = videoTokens(frames, plan.size, options.tokenSide);
    plan.gridT = static_cast<int>(frames / 2);
    plan.gridH = plan.size.height / (options.tokenSide / 2);
    plan.gridW = plan.size.width / (options.tokenSide / 2);
    plan.sampleFps = static_cast<double>(frames) / static_cast<double>(clipFrames) * rate;
    plan.secondPerGrid = 2 / plan.sampleFps;
    return plan;
}

}  // namespace reelquery
