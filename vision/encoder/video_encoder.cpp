#include "vision/encoder/video_encoder.h"

#include <ATen/ATen.h>
#include <ATen/DeviceAccelerator.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "core/base/error.h"
#include "vision/encoder/patchify.h"
#include "vision/encoder/vision_tower.h"

namespace reelquery {

struct VideoEncoder::State {
    const VisionTower& tower;
    PixelConfig pixels;
    std::int64_t patchBudget = 0;
    std::vector<at::Tensor> held;  // u8 [3, height, width] each
    PatchGrid grid;
    double seconds = 0;
};

VideoEncoder::VideoEncoder(const VisionTower& tower, const PixelConfig& pixels,
                           std::int64_t patchBudget)
    : state_(std::make_unique<State>(
          State{tower, pixels, patchBudget > 0 ? patchBudget : patchBudgetOf(tower), {}, {}, 0})) {}

std::int64_t VideoEncoder::patchBudgetOf(const VisionTower& tower) {
    return tower.cudaDevice() >= 0 ? kPatchBudgetGpu : kPatchBudget;
}

VideoEncoder::~VideoEncoder() = default;

std::optional<VisionFeatures> VideoEncoder::push(const at::Tensor& frame,
                                                 const CancelToken& cancel) {
    ENSURE(state_->held.empty() || state_->held.front().sizes() == frame.sizes(),
           "frames of one video have one size");
    state_->held.push_back(frame);
    const VisionConfig& config = state_->tower.config();
    const PatchGrid pair = gridOf(1, frame.size(1), frame.size(2), config);
    const std::int64_t pairs = std::max<std::int64_t>(1, state_->patchBudget / pair.patches());
    const auto frames = static_cast<std::int64_t>(state_->held.size());
    if (frames < pairs * config.temporalPatchSize) return std::nullopt;
    return encodeHeld(cancel);
}

std::optional<VisionFeatures> VideoEncoder::finish(const CancelToken& cancel) {
    if (state_->held.empty()) return std::nullopt;
    return encodeHeld(cancel);
}

PatchGrid VideoEncoder::grid() const {
    return state_->grid;
}

double VideoEncoder::seconds() const {
    return state_->seconds;
}

VisionFeatures VideoEncoder::encodeHeld(const CancelToken& cancel) {
    const c10::InferenceMode inference;
    const auto start = std::chrono::steady_clock::now();
    const VisionConfig& config = state_->tower.config();
    at::Tensor frames = at::stack(state_->held);  // [T, 3, height, width]
    // A quarter of the bytes of patch rows, and the card cuts them faster.
    const auto card = static_cast<at::DeviceIndex>(state_->tower.cudaDevice());
    if (card >= 0) frames = frames.to(at::Device(at::kCUDA, card));
    state_->held.clear();
    const PatchGrid group = gridOf(frames.size(0), frames.size(2), frames.size(3), config);
    VisionFeatures features =
        state_->tower.encode(patchify(frames, config, state_->pixels), group, cancel);
    // What was only launched is not yet encoded: without this the time would be untrue.
    if (card >= 0) at::accelerator::synchronizeDevice(card);
    state_->grid = {state_->grid.t + group.t, group.h, group.w};
    state_->seconds +=
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return features;
}

VisionFeatures encodePicture(const VisionTower& tower, const PixelConfig& pixels,
                             const at::Tensor& picture, const CancelToken& cancel) {
    VideoEncoder encoder(tower, pixels);
    if (auto features = encoder.push(picture, cancel)) return *features;
    return *encoder.finish(cancel);
}

}  // namespace reelquery
