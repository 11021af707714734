#include "vision/encoder/vision_tower.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/device/torch_target.h"
#include "core/device/vector_math.h"
#include "core/device/vision_features.h"
#include "vision/encoder/learned_positions.h"
#include "vision/encoder/vision_block.h"
#include "vision/encoder/vision_merger.h"
#include "vision/encoder/window_order.h"

namespace reelquery {

struct VisionTower::Weights {
    VisionConfig config;
    ComputeTarget target;
    Linear patchEmbed;     // patch values -> W
    at::Tensor positions;  // [side^2, W]; undefined in families without
    std::vector<VisionBlock> blocks;
    VisionMerger merger;
    std::vector<VisionMerger> deepMergers;  // one for each of config.deepLayers

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

VisionTower::VisionTower(const VisionConfig& config, const WeightSource& weights) {
    const c10::InferenceMode inference;
    const std::string embedding = "visual.patch_embed.proj";
    const at::Tensor kernel =
        checkedTensor(weights, embedding + ".weight",
                      {config.width, config.channels, config.temporalPatchSize, config.patchSize,
                       config.patchSize})
            .reshape({config.width, config.patchValues()});
    const at::Tensor bias = config.spec.patchBias
                                ? checkedTensor(weights, embedding + ".bias", {config.width})
                                : at::Tensor();
    at::Tensor positions;
    if (config.positionSide > 0) {
        positions = checkedTensor(weights, "visual." + config.spec.positionsName + ".weight",
                                  {config.positionSide * config.positionSide, config.width});
    }
    std::vector<VisionBlock> blocks;
    for (std::int64_t i = 0; i < config.depth; ++i) blocks.emplace_back(config, i, weights);
    VisionMerger merger(config, config.spec.merger, weights);
    std::vector<VisionMerger> deep;
    for (std::size_t j = 0; j < config.deepLayers.size(); ++j) {
        deep.emplace_back(config, config.deepMerger(j), weights);
    }
    weights_ = std::make_unique<const Weights>(
        Weights{config, weights.target(), Linear::plain(kernel, bias), std::move(positions),
                std::move(blocks), std::move(merger), std::move(deep)});
}

VisionTower::~VisionTower() = default;

const VisionConfig& VisionTower::config() const {
    return weights_->config;
}

int VisionTower::cudaDevice() const {
    return weights_->target.cudaDevice;
}

VisionFeatures VisionTower::encode(const at::Tensor& patches, const PatchGrid& grid,
                                   const CancelToken& cancel, StageObserver* observer) const {
    const c10::InferenceMode inference;
    const VisionConfig& config = weights_->config;
    ENSURE(patches.dim() == 2 && patches.size(0) == grid.patches() &&
               patches.size(1) == config.patchValues(),
           "patch rows fit their grid");
    const auto tell = [&](const char* stage, const at::Tensor& value) {
        if (observer) observer->see(stage, value);
    };
    const at::Device device = deviceOf(weights_->target);
    const std::int64_t perToken = config.mergeSize * config.mergeSize;
    at::Tensor x =
        weights_->patchEmbed.apply(patches.to(device, typeOf(weights_->target)));  // [P, W]
    tell("vision.patch_embed", x);
    if (weights_->positions.defined()) {
        const at::Tensor step = learnedPositions(weights_->positions, grid, config.mergeSize);
        if (observer) tell("vision.pos_embed", step.repeat({grid.t, 1}));
        x.view({grid.t, grid.h * grid.w, config.width}).add_(step);
        tell("vision.input", x);
    }
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
    const CosSin table = cosSinOf(angles);
    const BlockStep step{table.cos.unsqueeze(1), table.sin.unsqueeze(1), cancel, observer};
    const auto inTokenOrder = [&](const at::Tensor& tokens) {
        return order.defined() ? tokens.index_select(0, at::argsort(order)) : tokens;
    };
    VisionFeatures features;
    for (std::int64_t i = 0; i < config.depth; ++i) {
        weights_->blocks[static_cast<std::size_t>(i)].run(
            x, weights_->usesWindows(i) ? windows : wholeSteps, step);
        const std::size_t j = features.deep.size();
        if (j == config.deepLayers.size() || config.deepLayers[j] != i) continue;
        features.deep.push_back(inTokenOrder(weights_->deepMergers[j].apply(x)));
        tell(("vision.deepstack_" + std::to_string(j)).c_str(), features.deep.back());
    }
    throwIfCancelled(cancel);
    x = weights_->merger.apply(x);  // [P/4, H]
    tell("vision.merger", x);
    features.rows = inTokenOrder(x);
    tell("vision.output", features.rows);
    return features;
}

}  // namespace reelquery
