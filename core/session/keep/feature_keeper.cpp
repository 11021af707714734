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
    // The name begins with the video's content id, so that what is kept of one can be found.
    return question.videoId.substr(0, question.videoId.find('.')) + "-" + print.hex();
}

KeptFeatures* FeatureKeeper::find(const std::string& key) {
    return kept_.features && !key.empty() && key == key_ ? &kept_ : nullptr;
}

KeptFeatures* FeatureKeeper::load(const std::string& key, const ComputeTarget& target,
                                  std::string& note, const CancelToken& cancel) {
    if (key.empty()) return nullptr;
    auto stored = files_.load(key, target, note, cancel);
    if (!stored) return nullptr;
    key_ = key;
    kept_ = {std::move(stored), {}};
    isStored_ = true;
    return &kept_;
}

void FeatureKeeper::keep(std::string key, KeptFeatures features) {
    key_ = std::move(key);
    kept_ = std::move(features);
    isStored_ = false;
}

void FeatureKeeper::store(std::string& note, const CancelToken& cancel) {
    if (isStored_ || !kept_.features) return;
    files_.store(key_, *kept_.features, note, cancel);
    isStored_ = true;
}

void FeatureKeeper::drop() {
    key_.clear();
    kept_ = {};
    isStored_ = true;
}

std::int64_t FeatureKeeper::rowBytes() const {
    if (!kept_.features) return 0;
    auto bytes = static_cast<std::int64_t>(kept_.features->rows.nbytes());
    for (const at::Tensor& deep : kept_.features->deep) {
        bytes += static_cast<std::int64_t>(deep.nbytes());
    }
    return bytes;
}

std::int64_t FeatureKeeper::frameBytes() const {
    std::int64_t bytes = 0;
    for (const FrameSeen& frame : kept_.frames) {
        bytes += static_cast<std::int64_t>(frame.rgb->size());
    }
    return bytes;
}

}  // namespace reelquery
