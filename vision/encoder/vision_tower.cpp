#include "vision/encoder/vision_tower.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

#include "core/base/error.h"
#include "vision/encoder/vision_block.h"
#include "vision/encoder/window_order.h"

namespace reelquery {

struct VisionTower::Weights {
    VisionConfig config;
    at::Tensor patchEmbed;  // [W, 1176]
    std::vector<VisionBlock> blocks;
    VisionNorm mergerNorm;
    VisionLinear mergerFirst, mergerSecond;

    bool usesWindows(std::int64_t block) const {
        const auto& full = config.fullAttention;
        return config.windowSize > 0 && std::find(full.begin(), full.end(), block) == full.end();
    }
};

namespace {

/// Angles [P, D/2] of the patches of a grid in merge-block order: the first half of a row turns
/// with the patch row, the second with the patch column. Time turns nothing.
at::Tensor rotaryAngles(const PatchGrid& grid, const VisionConfig& config, at::Device device) {
    const std::int64_t half = config.headDim() / 2, merge = config.mergeSize;
    const auto floats = at::TensorOptions().dtype(at::kFloat);
    const at::Tensor exponent = at::arange(0, half, 2, floats) / static_cast<double>(half);
    const at::Tensor frequency = at::pow(at::Scalar(config.rotaryBase), exponent).reciprocal();
    const auto angles = [&](const at::Tensor& coordinate) {  // [h, w] -> [h * w, D/4]
        return coordinate.reshape({grid.h / merge, merge, grid.w / merge, merge})
                   .permute({0, 2, 1, 3})
                   .reshape({-1, 1}) *
               frequency;
    };
    const at::Tensor row = at::arange(grid.h, floats).unsqueeze(1).expand({grid.h, grid.w});
    const at::Tensor column = at::arange(grid.w, floats).unsqueeze(0).expand({grid.h, grid.w});
    return at::cat({angles(row), angles(column)}, 1).to(device).repeat({grid.t, 1});
}

}  // namespace

VisionTower::VisionTower(const VisionConfig& config, const VisionWeights& weights) {
    const c10::InferenceMode inference;
    const VisionWeightReader reader(config, weights);
    auto loaded = std::make_unique<Weights>();
    loaded->config = config;
    loaded->patchEmbed = reader
                             .take("patch_embed.proj.weight",
                                   {config.width, config.channels, config.temporalPatchSize,
                                    config.patchSize, config.patchSize})
                             .reshape({config.width, config.patchValues()});
    for (std::int64_t i = 0; i < config.depth; ++i) {
        loaded->blocks.emplace_back(config, i, reader);
    }
    const std::int64_t merged = config.width * config.mergeSize * config.mergeSize;
    loaded->mergerNorm = reader.norm("merger.ln_q");
    loaded->mergerFirst = reader.linear("merger.mlp.0", merged, merged);
    loaded->mergerSecond = reader.linear("merger.mlp.2", config.outputSize, merged);
    weights_ = std::move(loaded);
}

VisionTower::~VisionTower() = default;

const VisionConfig& VisionTower::config() const {
    return weights_->config;
}

int VisionTower::cudaDevice() const {
    return weights_->patchEmbed.is_cuda() ? weights_->patchEmbed.get_device() : -1;
}

at::Tensor VisionTower::encode(const at::Tensor& patches, const PatchGrid& grid,
                               const CancelToken& cancel, const VisionHook& hook) const {
    const c10::InferenceMode inference;
    const VisionConfig& config = weights_->config;
    ENSURE(patches.dim() == 2 && patches.size(0) == grid.patches() &&
               patches.size(1) == config.patchValues(),
           "patch rows fit their grid");
    const auto tell = [&](const char* stage, const at::Tensor& value) {
        if (hook) hook(stage, value);
    };
    const at::Device device = weights_->patchEmbed.device();
    const std::int64_t perToken = config.mergeSize * config.mergeSize;
    at::Tensor x = at::linear(patches.to(device, weights_->patchEmbed.scalar_type()),
                              weights_->patchEmbed);  // [P, W]
    tell("vision.patch_embed", x);
    at::Tensor angles = rotaryAngles(grid, config, device);
    tell("vision.rope_angles", angles);

    const std::vector<std::int64_t> steps(static_cast<std::size_t>(grid.t), grid.h * grid.w);
    const std::vector<SegmentGroup> wholeSteps = groupSegments(steps, device);
    std::vector<SegmentGroup> windows;
    at::Tensor order;  // [P/4] token at each place, while windows are in use
    if (config.windowSize > 0) {
        WindowOrder windowed = windowOrder(grid, config);
        for (std::int64_t& length : windowed.lengths) length *= perToken;
        windows = groupSegments(windowed.lengths, device);
        order = at::tensor(windowed.tokens, at::TensorOptions().dtype(at::kLong)).to(device);
        const auto reordered = [&](const at::Tensor& rows) {
            return rows.view({-1, perToken, rows.size(1)})
                .index_select(0, order)
                .view({-1, rows.size(1)});
        };
        x = reordered(x);
        angles = reordered(angles);
    }
    const BlockStep step{angles.cos().unsqueeze(1), angles.sin().unsqueeze(1), cancel, hook};
    for (std::int64_t i = 0; i < config.depth; ++i) {
        weights_->blocks[static_cast<std::size_t>(i)].run(
            x, weights_->usesWindows(i) ? windows : wholeSteps, step);
    }
    throwIfCancelled(cancel);
    x = weights_->mergerNorm(x).view({-1, perToken * config.width});
    x = weights_->mergerSecond(at::gelu(weights_->mergerFirst(x)));  // [P/4, H]
    tell("vision.merger", x);
    if (order.defined()) x = x.index_select(0, at::argsort(order));
    tell("vision.output", x);
    return x;
}

}  // namespace reelquery
