#include "vision/encoder/video_encoder.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <vector>

#include "core/base/error.h"
#include "core/device/card_wait.h"
#include "vision/encoder/patchify.h"
#include "vision/encoder/vision_tower.h"

namespace reelquery {

namespace {

/// The frames of one group, u8 [T, 3, height, width], put in place as they come: stacked at a
/// group's end and sent from ordinary memory they would let a card wait.
class FrameGroup {
  public:
    explicit FrameGroup(int card) : card_(card) {}

    std::int64_t count() const { return count_; }

    /// most: frames of a group.
    void add(const at::Tensor& frame, std::int64_t most) {
        if (!frames_.defined()) {
            frames_ = at::empty({most, frame.size(0), frame.size(1), frame.size(2)},
                                frame.options().pinned_memory(card_ >= 0));
        }
        const at::Tensor place = frames_[count_], from = frame.contiguous();
        ENSURE(place.sizes() == from.sizes(), "frames of one video have one size");
        // torch would share this out among threads that have frames to decode.
        std::memcpy(place.mutable_data_ptr(), from.const_data_ptr(), from.nbytes());
        ++count_;
    }

    /// The group on the device, which has to be done with it before another frame is added.
    at::Tensor take() {
        const at::Tensor group = frames_.narrow(0, 0, count_);
        count_ = 0;
        if (card_ < 0) return group;
        // A quarter of the bytes of patch rows, and the card cuts them faster.
        return group.to(at::Device(at::kCUDA, static_cast<at::DeviceIndex>(card_)), true);
    }

  private:
    int card_;
    at::Tensor frames_;
    std::int64_t count_ = 0;
};

}  // namespace

struct VideoEncoder::State {
    const VisionTower& tower;
    PixelConfig pixels;
    std::int64_t patchBudget = 0;
    FrameGroup held;
    PatchGrid grid = {};
    double seconds = 0;
};

VideoEncoder::VideoEncoder(const VisionTower& tower, const PixelConfig& pixels,
                           std::int64_t patchBudget)
    : state_(std::make_unique<State>(State{tower, pixels,
                                           patchBudget > 0 ? patchBudget : patchBudgetOf(tower),
                                           FrameGroup(tower.cudaDevice())})) {}

std::int64_t VideoEncoder::patchBudgetOf(const VisionTower& tower) {
    return tower.cudaDevice() >= 0 ? kPatchBudgetGpu : kPatchBudget;
}

VideoEncoder::~VideoEncoder() = default;

std::optional<VisionFeatures> VideoEncoder::push(const at::Tensor& frame,
                                                 const CancelToken& cancel) {
    const VisionConfig& config = state_->tower.config();
    const PatchGrid pair = gridOf(1, frame.size(1), frame.size(2), config);
    const std::int64_t pairs = std::max<std::int64_t>(1, state_->patchBudget / pair.patches());
    const std::int64_t most = pairs * config.temporalPatchSize;
    state_->held.add(frame, most);
    if (state_->held.count() < most) return std::nullopt;
    return encodeHeld(cancel);
}

std::optional<VisionFeatures> VideoEncoder::finish(const CancelToken& cancel) {
    if (state_->held.count() == 0) return std::nullopt;
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
    const at::Tensor frames = state_->held.take();
    const PatchGrid group = gridOf(frames.size(0), frames.size(2), frames.size(3), config);
    VisionFeatures features =
        state_->tower.encode(patchify(frames, config, state_->pixels), group, cancel);
    // What was only launched is not yet encoded: without this the time would be untrue.
    if (const int card = state_->tower.cudaDevice(); card >= 0) cudaFinishAsleep(card);
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
