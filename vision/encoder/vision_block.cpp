#include "vision/encoder/vision_block.h"

#include <algorithm>
#include <sstream>

#include "core/base/error.h"
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

at::Tensor VisionWeightReader::take(const std::string& name, at::IntArrayRef shape) const {
    at::Tensor tensor = weights_("visual." + name);
    if (tensor.sizes() != shape) {
        std::ostringstream text;
        text << "visual." << name << " is " << tensor.sizes() << ", config.json calls for "
             << shape;
        throw Error(ErrorCode::kModel, text.str(),
                    "the model folder mixes files of different models");
    }
    return tensor;
}

VisionNorm VisionWeightReader::norm(const std::string& name) const {
    VisionNorm norm{take(name + ".weight", {config_.width}), {}, config_.normEps};
    if (config_.family == ModelFamily::kQwen2Vl) norm.bias = take(name + ".bias", {config_.width});
    return norm;
}

VisionLinear VisionWeightReader::linear(const std::string& name, std::int64_t out,
                                        std::int64_t in) const {
    return {take(name + ".weight", {out, in}), take(name + ".bias", {out})};
}

VisionBlock::VisionBlock(const VisionConfig& config, std::int64_t index,
                         const VisionWeightReader& reader)
    : heads_(config.heads), stage_("vision.block_" + std::to_string(index)) {
    const std::string block = "blocks." + std::to_string(index) + ".";
    const std::int64_t width = config.width, inner = config.intermediateSize;
    norm1_ = reader.norm(block + "norm1");
    norm2_ = reader.norm(block + "norm2");
    qkv_ = reader.linear(block + "attn.qkv", 3 * width, width);
    proj_ = reader.linear(block + "attn.proj", width, width);
    if (config.family == ModelFamily::kQwen2Vl) {
        first_ = reader.linear(block + "mlp.fc1", inner, width);
        second_ = reader.linear(block + "mlp.fc2", width, inner);
    } else {
        first_ = reader.linear(block + "mlp.gate_proj", inner, width);
        up_ = reader.linear(block + "mlp.up_proj", inner, width);
        second_ = reader.linear(block + "mlp.down_proj", width, inner);
    }
}

void VisionBlock::run(at::Tensor& x, const std::vector<SegmentGroup>& segments,
                      const BlockStep& step) const {
    throwIfCancelled(step.cancel);
    const at::Tensor normed = norm1_(x);
    if (step.hook) step.hook(stage_ + ".norm1", normed);
    const at::Tensor mixed = attention(normed, segments, step);
    const std::int64_t slice = x.is_cuda() ? kMlpRowsGpu : kMlpRows;
    for (std::int64_t begin = 0; begin < x.size(0); begin += slice) {
        throwIfCancelled(step.cancel);
        const std::int64_t count = std::min(slice, x.size(0) - begin);
        at::Tensor rows = x.narrow(0, begin, count);
        rows.add_(mlp(norm2_.afterAdding(rows, mixed.narrow(0, begin, count))));
    }
    if (step.hook) step.hook(stage_, x);
}

at::Tensor VisionBlock::attention(const at::Tensor& normed,
                                  const std::vector<SegmentGroup>& segments,
                                  const BlockStep& step) const {
    const at::Tensor qkv =
        qkv_(normed).view({normed.size(0), 3, heads_, -1});  // [P, 3W] -> [P, 3, heads, D]
    throwIfCancelled(step.cancel);
    const at::Tensor mixed =
        attendSegments(turn(qkv.select(1, 0), step), turn(qkv.select(1, 1), step), qkv.select(1, 2),
                       segments, step.cancel);
    const at::Tensor out = proj_(mixed);
    if (step.hook) step.hook(stage_ + ".attn", out);
    return out;
}

at::Tensor VisionBlock::mlp(const at::Tensor& normed) const {
    at::Tensor inner = first_(normed);
    const bool isSwiGlu = up_.weight.defined();  // else QuickGELU
    if (haveRowSteps(inner)) {
        gateRows(inner, isSwiGlu ? 1 : kQuickGeluSlope, isSwiGlu ? up_(normed) : at::Tensor());
    } else if (isSwiGlu) {
        at::silu_(inner).mul_(up_(normed));
    } else {
        inner.mul_(at::mul(inner, kQuickGeluSlope).sigmoid_());
    }
    return second_(inner);
}

}  // namespace reelquery
