#include "vision/video/picture_plan.h"

#include <algorithm>
#include <memory>

#include "core/base/error.h"
#include "vision/video/clip_range.h"
#include "vision/video/picture_list.h"
#include "vision/video/timeline.h"

namespace reelquery {

namespace {

/// The same list with a pair for a frame.
VideoInfo inPairs(const VideoInfo& info) {
    VideoInfo pairs = info;
    auto index = std::make_shared<FrameIndex>(*info.index);
    std::erase_if(index->frames, [](const IndexedFrame& frame) { return !frame.isKey; });
    pairs.frameCount = std::ssize(index->frames);
    pairs.index = std::move(index);
    return pairs;
}

/// The largest number of pairs up to `pairs` that keeps the budget; 0 when not one does.
std::int64_t pairsWithinBudget(const VideoInfo& info, const SamplingOptions& options,
                               std::int64_t pairs) {
    const auto tokens = [&](std::int64_t count) {
        return videoTokens(2 * count, frameSizeFor(info, options, 2 * count), options.tokenSide);
    };
    while (pairs > 0 && tokens(pairs) > options.maxVideoTokens) --pairs;
    return pairs;
}

void addPair(const VideoInfo& info, std::int64_t pair, const ClipRange& clip, FramePlan& plan) {
    for (std::int64_t index = 2 * pair; index < 2 * pair + 2; ++index) {
        WantedFrame wanted;
        wanted.frameIndex = index;
        wanted.indexPosition = static_cast<std::size_t>(index);
        wanted.wantedS = wanted.takenS = info.pictures->frames[wanted.indexPosition].timeS;
        wanted.rangeLast = 2 * clip.last + 1;
        plan.wanted.push_back(wanted);
    }
}

}  // namespace

FramePlan planPictures(const VideoInfo& info, const SamplingOptions& options) {
    FramePlan plan;
    plan.options = options;
    plan.timesAreExact = true;
    plan.sampleFps = info.averageFps;
    plan.secondPerGrid = 2 / plan.sampleFps;
    plan.size = {options.tokenSide, options.tokenSide};
    if (info.pictures->frames.empty()) return plan;
    const VideoInfo steps = inPairs(info);
    const std::vector<ClipRange> clips = clipStretches(steps, Timeline(steps), options);
    const std::int64_t all = frameCount(clips);
    const std::int64_t most =
        std::max<std::int64_t>(options.frames.value_or(options.maxFrames) / 2, std::ssize(clips));
    const std::int64_t pairs = pairsWithinBudget(info, options, std::min(all, most));
    plan.framesByRule = 2 * std::min(all, most);
    if (pairs < std::ssize(clips) || (options.frames && 2 * pairs < plan.framesByRule)) {
        throw Error(ErrorCode::kUsage,
                    std::to_string(std::min(all, most)) + " pictures need more than the limit of " +
                        std::to_string(options.maxVideoTokens) + " video tokens",
                    pairs > 0 ? "take at most " + std::to_string(2 * pairs) + " frames"
                              : "allow more video tokens");
    }
    const std::vector<std::int64_t> shares = sharedFrames(clips, 2 * pairs);
    for (std::size_t i = 0; i < clips.size(); ++i) {
        const ClipRange& clip = clips[i];
        const std::int64_t count = std::min(shares[i] / 2, clip.frameCount());
        for (const std::int64_t pair : sampledIndices(clip.first, clip.last, count))
            addPair(info, pair, clip, plan);
    }
    const std::int64_t frames = std::ssize(plan.wanted);
    plan.size = frameSizeFor(info, options, frames);
    plan.tokens = videoTokens(frames, plan.size, options.tokenSide);
    plan.gridT = static_cast<int>(frames / 2);
    plan.gridH = plan.size.height / (options.tokenSide / 2);
    plan.gridW = plan.size.width / (options.tokenSide / 2);
    plan.sampleFps *= static_cast<double>(frames) / static_cast<double>(2 * all);
    plan.secondPerGrid = 2 / plan.sampleFps;
    return plan;
}

}  // namespace reelquery
