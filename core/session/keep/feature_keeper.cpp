#include "core/session/keep/feature_keeper.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/fingerprint.h"

namespace reelquery {

std::string featureKey(const QuestionPlan& question, const std::string& modelFiles,
                       const std::string& pipeline) {
    if (question.videoId.empty()) return {};
    const FramePlan& frames = question.frames;
    const VideoInfo& video = question.video;
    Fingerprint print;
    print.add(pipeline);
    print.add(question.videoId);
    print.add(video.streamIndex);
    print.add(video.rotationDegrees);
    print.add(video.displayWidth);
    print.add(video.displayHeight);
    print.add(static_cast<int>(video.transfer));
    print.add(static_cast<int>(frames.modeUsed));
    for (const WantedFrame& wanted : frames.wanted) {
        print.add(wanted.frameIndex);
        print.add(wanted.takenS);
        print.add(wanted.takeKeyFrame);
    }
    print.add(frames.size.width);
    print.add(frames.size.height);
    print.add(frames.secondPerGrid);
    print.add(modelFiles);
    print.add(question.device.dtype);
    print.add(question.device.name);
    // The name begins with the video's content id, so that what is kept of one can be found.
    return question.videoId.substr(0, question.videoId.find('.')) + "-" + print.hex();
}

KeptFeatures* FeatureKeeper::find(const std::string& key) {
    const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) {
        return !key.empty() && kept.key == key;
    });
    if (found == kept_.end()) return nullptr;
    if (found != kept_.begin()) dropFrames();
    kept_.splice(kept_.begin(), kept_, found);
    return &kept_.front().features;
}

std::vector<std::string> FeatureKeeper::keys() const {
    std::vector<std::string> keys;
    for (const Kept& kept : kept_) keys.push_back(kept.key);
    return keys;
}

KeptFeatures* FeatureKeeper::load(const std::string& key, const ComputeTarget& target,
                                  std::string& note, const CancelToken& cancel) {
    if (key.empty()) return nullptr;
    auto stored = files_.load(key, target, note, cancel);
    if (!stored) return nullptr;
    keep(key, {std::move(stored), {}});
    kept_.front().isStored = true;
    return &kept_.front().features;
}

void FeatureKeeper::keep(std::string key, KeptFeatures features) {
    dropFrames();
    kept_.remove_if([&](const Kept& kept) { return kept.key == key; });
    if (kept_.size() == kMostKeptVideos) kept_.pop_back();
    kept_.push_front({std::move(key), std::move(features), false});
}

void FeatureKeeper::store(std::string& note, const CancelToken& cancel) {
    for (Kept& kept : kept_) {
        if (kept.isStored || !kept.features.features) continue;
        files_.store(kept.key, *kept.features.features, note, cancel);
        kept.isStored = true;
    }
}

bool FeatureKeeper::dropOldest(const std::string& spared) {
    const auto oldest = std::find_if(kept_.rbegin(), kept_.rend(),
                                     [&](const Kept& kept) { return kept.key != spared; });
    if (oldest == kept_.rend()) return false;
    kept_.erase(std::next(oldest).base());
    return true;
}

void FeatureKeeper::dropFrames() {
    for (Kept& kept : kept_) kept.features.frames.clear();
}

void FeatureKeeper::moveToHost() {
    std::shared_ptr<const VideoFeatures>& newest = kept_.front().features.features;
    if (newest->rows.is_cpu()) return;
    auto moved = std::make_shared<VideoFeatures>(*newest);
    moved->rows = moved->rows.cpu();
    for (at::Tensor& deep : moved->deep) deep = deep.cpu();
    newest = std::move(moved);
}

std::int64_t FeatureKeeper::cardRowBytes(const std::string& spared) const {
    return rowBytes(true, spared);
}

std::int64_t FeatureKeeper::hostRowBytes(const std::string& spared) const {
    return rowBytes(false, spared);
}

std::int64_t FeatureKeeper::rowBytes(bool onCard, const std::string& spared) const {
    std::int64_t bytes = 0;
    for (const auto& [key, kept, isStored] : kept_) {
        if (!kept.features || (key == spared && !spared.empty())) continue;
        if (kept.features->rows.is_cpu() == onCard) continue;
        bytes += static_cast<std::int64_t>(kept.features->rows.nbytes());
        for (const at::Tensor& deep : kept.features->deep)
            bytes += static_cast<std::int64_t>(deep.nbytes());
    }
    return bytes;
}

std::int64_t FeatureKeeper::frameBytes() const {
    std::int64_t bytes = 0;
    for (const Kept& kept : kept_) {
        for (const FrameSeen& frame : kept.features.frames)
            bytes += static_cast<std::int64_t>(frame.rgb->size());
    }
    return bytes;
}

}  // namespace reelquery
