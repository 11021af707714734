#include "core/model/decoder_layer.h"

#include <string>
#include <vector>

#include "core/device/row_steps.h"

namespace reelquery {

namespace {

/// x += y, then the RMS norm of x.
at::Tensor addAndNorm(at::Tensor& x, const at::Tensor& y, const at::Tensor& weight, double eps) {
    if (haveRowSteps(x)) return addAndNormRows(x, y, weight, {}, eps);
    x.add_(y);
    return rmsNorm(x, weight, eps);
}

}  // namespace

at::Tensor rmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps) {
    if (haveRowSteps(x)) return normRows(x, weight, {}, eps);
    // The norm reads x once and sums in float32 without a wide copy of x.
    const at::Tensor norm = at::linalg_vector_norm(x, 2, {-1}, true, at::kFloat);
    const at::Tensor scale = norm.square().div_(static_cast<double>(x.size(-1))).add_(eps).rsqrt_();
    return x.to(at::kFloat).mul(scale).to(x.scalar_type()).mul_(weight);
}

DecoderLayer::DecoderLayer(const TextConfig& config, std::int64_t index,
                           const WeightSource& weights)
    : config_(config), index_(index) {
    const std::string layer = "model.layers." + std::to_string(index) + ".";
    const std::int64_t hidden = config.hiddenSize, inner = config.intermediateSize;
    const std::int64_t queryWidth = config.heads * config.headDim;
    const std::int64_t keyWidth = config.kvHeads * config.headDim;
    const auto map = [&](const char* module, std::int64_t outputs, std::int64_t inputs,
                         bool hasBias) {
        return weights.linear(layer + module, outputs, inputs, hasBias);
    };
    const bool qkvBias = config.layer.qkvBias;
    inputNorm_ = checkedTensor(weights, layer + "input_layernorm.weight", {hidden});
    qkv_ = Linear::join({map("self_attn.q_proj", queryWidth, hidden, qkvBias),
                         map("self_attn.k_proj", keyWidth, hidden, qkvBias),
                         map("self_attn.v_proj", keyWidth, hidden, qkvBias)});
    if (config.layer.qkNorm) {
        qNorm_ = checkedTensor(weights, layer + "self_attn.q_norm.weight", {config.headDim});
        kNorm_ = checkedTensor(weights, layer + "self_attn.k_norm.weight", {config.headDim});
    }
    o_ = map("self_attn.o_proj", hidden, queryWidth, false);
    postNorm_ = checkedTensor(weights, layer + "post_attention_layernorm.weight", {hidden});
    gateUp_ = Linear::join(
        {map("mlp.gate_proj", inner, hidden, false), map("mlp.up_proj", inner, hidden, false)});
    down_ = map("mlp.down_proj", hidden, inner, false);
}

at::Tensor DecoderLayer::run(at::Tensor& x, const at::Tensor& pending,
                             const LayerStep& step) const {
    throwIfCancelled(step.cancel);
    const at::Tensor normed = pending.defined()
                                  ? addAndNorm(x, pending, inputNorm_, config_.rmsNormEps)
                                  : rmsNorm(x, inputNorm_, config_.rmsNormEps);
    tell(step, ".input_layernorm", normed);
    const at::Tensor mixed = attention(normed, step);
    const at::Tensor inner = mlp(addAndNorm(x, mixed, postNorm_, config_.rmsNormEps), step.cancel);
    if (!step.observer) return inner;
    tell(step, ".mlp", inner);
    x.add_(inner);
    tell(step, "", x);
    return {};
}

at::Tensor DecoderLayer::attention(const at::Tensor& normed, const LayerStep& step) const {
    const std::vector<at::Tensor> qkv = qkv_.applyEach(normed, step.cancel);
    LayerRows rows{qkv[0], qkv[1], qkv[2]};
    HeadNorms norms{qNorm_, kNorm_};
    // An observer sees the normed heads before they are rotated.
    if (qNorm_.defined() && (step.observer || !step.attention.norms(rows.q))) {
        rows.q = normHeads(rows.q, qNorm_);
        tell(step, ".q_norm", rows.q);
        rows.k = normHeads(rows.k, kNorm_);
        tell(step, ".k_norm", rows.k);
        norms = {};
    }
    const at::Tensor out = o_.apply(step.attention.attend(index_, rows, norms));
    tell(step, ".attn", out);
    return out;
}

at::Tensor DecoderLayer::normHeads(const at::Tensor& x, const at::Tensor& weight) const {
    // [n, heads*D] -> [n*heads, D]; a single head's rows still lie apart behind a reshape.
    const at::Tensor heads = x.reshape({-1, config_.headDim}).contiguous();
    return rmsNorm(heads, weight, config_.rmsNormEps).view({x.size(0), -1});
}

at::Tensor DecoderLayer::mlp(const at::Tensor& normed, const CancelToken& cancel) const {
    const std::vector<at::Tensor> gateUp = gateUp_.applyEach(normed, cancel);
    at::Tensor inner = gateUp[0];
    if (haveRowSteps(inner)) {
        gateRows(inner, 1, gateUp[1]);
    } else {
        at::silu_(inner).mul_(gateUp[1]);
    }
    throwIfCancelled(cancel);
    return down_.apply(inner);
}

void DecoderLayer::tell(const LayerStep& step, const char* stage, const at::Tensor& value) const {
    if (!step.observer) return;
    step.observer->see("lm.layer_" + std::to_string(index_) + stage, value);
}

}  // namespace reelquery
