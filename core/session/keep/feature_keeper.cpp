#include "core/session/keep/feature_keeper.h"

#include <ATen/ATen.h>

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
    return print.hex();
}

KeptFeatures* FeatureKeeper::find(const std::string& key) {
    return kept_.features && !key.empty() && key == key_ ? &kept_ : nullptr;
}

KeptWork FeatureKeeper::holds(const std::string& key) const {
    KeptWork kept;
    if (key.empty()) return kept;
    const bool isInMemory = kept_.features && key == key_;
    kept.features = isInMemory || files_.has(key);
    kept.frames = isInMemory && !kept_.frames.empty();
    return kept;
}

KeptFeatures* FeatureKeeper::load(const std::string& key, const ComputeTarget& target,
                                  std::string& note) {
    if (key.empty()) return nullptr;
    auto stored = files_.load(key, note);
    if (!stored) return nullptr;
    if (target.cudaDevice >= 0) {
        stored->rows =
            stored->rows.to(at::Device(at::kCUDA, static_cast<at::DeviceIndex>(target.cudaDevice)));
    }
    key_ = key;
    kept_ = {std::move(stored), {}};
    return &kept_;
}

void FeatureKeeper::keep(std::string key, KeptFeatures features, std::string& note) {
    key_ = std::move(key);
    kept_ = std::move(features);
    files_.store(key_, *kept_.features, note);
}

void FeatureKeeper::drop() {
    key_.clear();
    kept_ = {};
}

std::int64_t FeatureKeeper::bytes() const {
    if (!kept_.features) return 0;
    auto bytes = static_cast<std::int64_t>(kept_.features->rows.nbytes());
    for (const FrameSeen& frame : kept_.frames) {
        bytes += static_cast<std::int64_t>(frame.rgb->size());
    }
    return bytes;
}

}  // namespace reelquery
