#include "vision/encoder/patchify.h"

#include <ATen/ATen.h>

#include "core/base/error.h"

namespace reelquery {

namespace {

/// 255 * value per channel, [1, 3, 1, 1]; rounded to float32 before and after the product, which is
/// what makes the result bit-identical to the reference.
at::Tensor perChannel(const std::array<double, 3>& values) {
    at::Tensor scaled = at::empty({1, 3, 1, 1}, at::TensorOptions().dtype(at::kFloat));
    for (std::size_t c = 0; c < values.size(); ++c) {
        scaled.data_ptr<float>()[c] = static_cast<float>(values[c]) * 255.0f;
    }
    return scaled;
}

}  // namespace

PatchGrid gridOf(std::int64_t frames, std::int64_t height, std::int64_t width,
                 const VisionConfig& config) {
    const std::int64_t unit = config.pixelsPerToken();
    ENSURE(frames > 0 && height > 0 && width > 0 && height % unit == 0 && width % unit == 0,
           "frames are resized to whole tokens");
    return {(frames + config.temporalPatchSize - 1) / config.temporalPatchSize,
            height / config.patchSize, width / config.patchSize};
}

at::Tensor patchify(const at::Tensor& frames, const VisionConfig& config,
                    const PixelConfig& pixels) {
    const c10::InferenceMode inference;
    ENSURE(frames.dim() == 4 && frames.size(1) == 3 && frames.scalar_type() == at::kByte,
           "frames are u8 [T, 3, height, width]");
    const PatchGrid grid = gridOf(frames.size(0), frames.size(2), frames.size(3), config);
    at::Tensor values = frames.to(at::kFloat)
                            .sub_(perChannel(pixels.mean).to(frames.device()))
                            .div_(perChannel(pixels.std).to(frames.device()));  // [T, 3, H, W]
    const std::int64_t pair = config.temporalPatchSize;
    if (const std::int64_t missing = grid.t * pair - frames.size(0); missing > 0) {
        const at::Tensor last = values.narrow(0, frames.size(0) - 1, 1);
        values = at::cat({values, last.expand({missing, -1, -1, -1})});
    }
    const std::int64_t merge = config.mergeSize, patch = config.patchSize;
    // [T, 3, H, W] -> time, frame, channel, block row, row, y, block column, column, x
    return values
        .view({grid.t, pair, 3, grid.h / merge, merge, patch, grid.w / merge, merge, patch})
        .permute({0, 3, 6, 4, 7, 2, 1, 5, 8})
        .reshape({grid.patches(), config.patchValues()});
}

}  // namespace reelquery
