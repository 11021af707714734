#include "vision/encoder/vision_block.h"

#include <algorithm>

#include "core/device/row_steps.h"

namespace reelquery {

namespace {

// Rows that go through an MLP together: bounds both its memory and the time between two looks at
// the stop flag (54 GFLOP for a 1280 x 5120 product).
constexpr std::int64_t kMlpRows = 4096;
// On a card a group of frame pairs goes through at once (1 ms); fewer rows would leave
// multiprocessors without a tile of the second product.
constexpr std::int64_t kMlpRowsGpu = 32768;
constexpr double kQuickGeluSlope = 1.702;

/// Turns heads x [P, heads, D] by half-split rotation in float32; returns x's type. x is used up:
/// on a card it is turned where it lies.
at::Tensor turn(const at::Tensor& x, const BlockStep& step) {
    if (haveRowSteps(x)) {
        rotateHeads(x, step.cos, step.sin, x);
        return x;
    }
    const std::int64_t half = x.size(2) / 2;
    const at::Tensor wide = x.to(at::kFloat);
    const at::Tensor first = wide.narrow(2, 0, half), second = wide.narrow(2, half, half);
    at::Tensor out = at::empty(x.sizes(), x.options());
    out.narrow(2, 0, half).copy_((first * step.cos).addcmul_(second, step.sin, -1));
    out.narrow(2, half, half).copy_((second * step.cos).addcmul_(first, step.sin));
    return out;
}

}  // namespace

at::Tensor VisionNorm::operator()(const at::Tensor& x) const {
    if (haveRowSteps(x)) return normRows(x, weight, bias, eps);
    if (bias.defined()) return at::layer_norm(x, weight.sizes(), weight, bias, eps);
    const at::Tensor wide = x.to(at::kFloat);
    const at::Tensor scale = wide.square().mean({-1}, true).add_(eps).rsqrt_();
    return (wide * scale).to(x.scalar_type()).mul_(weight);
}

at::Tensor VisionNorm::afterAdding(at::Tensor& x, const at::Tensor& y) const {
    if (haveRowSteps(x)) return addAndNormRows(x, y, weight, bias, eps);
    x.add_(y);
    return (*this)(x);
}

VisionNorm visionNorm(const VisionConfig& config, const WeightSource& weights,
                      const std::string& module, std::int64_t width) {
    VisionNorm norm{checkedTensor(weights, module + ".weight", {width}), {}, config.normEps};
    if (config.spec.norm == VisionNormKind::kLayerNorm) {
        norm.bias = checkedTensor(weights, module + ".bias", {width});
    }
    return norm;
}

VisionBlock::VisionBlock(const VisionConfig& config, std::int64_t index,
                         const WeightSource& weights)
    : heads_(config.heads),
      activation_(config.spec.activation),
      stage_("vision.block_" + std::to_string(index)) {
    const std::string block = "visual.blocks." + std::to_string(index) + ".";
    const VisionSpec& spec = config.spec;
    const std::int64_t width = config.width, inner = config.intermediateSize;
    norm1_ = visionNorm(config, weights, block + "norm1", width);
    norm2_ = visionNorm(config, weights, block + "norm2", width);
    qkv_ = weights.linear(block + "attn.qkv", 3 * width, width, true);
    proj_ = weights.linear(block + "attn.proj", width, width, true);
    if (!spec.gateName.empty()) gate_ = weights.linear(block + spec.gateName, inner, width, true);
    up_ = weights.linear(block + spec.upName, inner, width, true);
    down_ = weights.linear(block + spec.downName, width, inner, true);
}

void VisionBlock::run(at::Tensor& x, const std::vector<SegmentGroup>& segments,
                      const BlockStep& step) const {
    throwIfCancelled(step.cancel);
    const at::Tensor normed = norm1_(x);
    if (step.observer) step.observer->see(stage_ + ".norm1", normed);
    const at::Tensor mixed = attention(normed, segments, step);
    const std::int64_t slice = x.is_cuda() ? kMlpRowsGpu : kMlpRows;
    for (std::int64_t begin = 0; begin < x.size(0); begin += slice) {
        throwIfCancelled(step.cancel);
        const std::int64_t count = std::min(slice, x.size(0) - begin);
        at::Tensor rows = x.narrow(0, begin, count);
        const at::Tensor normedRows = norm2_.afterAdding(rows, mixed.narrow(0, begin, count));
        const at::Tensor added = mlp(normedRows);
        if (step.observer) {
            step.observer->see(stage_ + ".norm2", normedRows);
            step.observer->see(stage_ + ".mlp", added);
        }
        rows.add_(added);
    }
    if (step.observer) step.observer->see(stage_, x);
}

at::Tensor VisionBlock::attention(const at::Tensor& normed,
                                  const std::vector<SegmentGroup>& segments,
                                  const BlockStep& step) const {
    const at::Tensor qkv =
        qkv_.apply(normed).view({normed.size(0), 3, heads_, -1});  // [P, 3W] -> [P, 3, heads, D]
    throwIfCancelled(step.cancel);
    const at::Tensor mixed =
        attendSegments(turn(qkv.select(1, 0), step), turn(qkv.select(1, 1), step), qkv.select(1, 2),
                       segments, step.cancel);
    const at::Tensor out = proj_.apply(mixed);
    if (step.observer) step.observer->see(stage_ + ".attn", out);
    return out;
}

at::Tensor VisionBlock::mlp(const at::Tensor& normed) const {
    at::Tensor inner = gate_ ? gate_.apply(normed) : up_.apply(normed);
    if (!gate_ && activation_ == VisionActivation::kTanhGelu) {
        at::gelu_(inner, "tanh");  // one pass in torch, too
    } else if (haveRowSteps(inner)) {
        gateRows(inner, gate_ ? 1 : kQuickGeluSlope, gate_ ? up_.apply(normed) : at::Tensor());
    } else if (gate_) {
        at::silu_(inner).mul_(up_.apply(normed));
    } else {
        inner.mul_(at::mul(inner, kQuickGeluSlope).sigmoid_());
    }
    return down_.apply(inner);
}

}  // namespace reelquery
