#include "core/model/decoder_layer.h"

#include <cmath>
#include <vector>

#include "core/attention/token_attention.h"
#include "core/device/row_steps.h"
#include "core/model/rotary.h"

namespace reelquery {

namespace {

/// Attention of one token that sees every key: the Hq/Hkv query heads of a key head are taken as
/// its queries, so keys and values are read once and never repeated.
/// q [Hq, 1, D], k and v [Hkv, n, D] -> [1, Hq*D].
at::Tensor attendOne(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, double scale) {
    const std::int64_t kvHeads = k.size(0), headDim = k.size(2);
    const at::Tensor grouped = q.reshape({1, kvHeads, q.size(0) / kvHeads, headDim});
    const at::Tensor out =
        at::scaled_dot_product_attention(grouped, k.unsqueeze(0), v.unsqueeze(0), std::nullopt, 0.0,
                                         false, scale);  // [1, Hkv, Hq/Hkv, D]
    return out.reshape({1, q.size(0) * headDim});
}

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
                           const WeightLookup& weights)
    : config_(config), index_(index) {
    const std::string layer = "model.layers." + std::to_string(index) + ".";
    const auto take = [&](const char* name) { return weights(layer + name); };
    inputNorm_ = take("input_layernorm.weight");
    qkv_ = JointLinear({take("self_attn.q_proj.weight"), take("self_attn.k_proj.weight"),
                        take("self_attn.v_proj.weight")},
                       {take("self_attn.q_proj.bias"), take("self_attn.k_proj.bias"),
                        take("self_attn.v_proj.bias")});
    oWeight_ = take("self_attn.o_proj.weight");
    postNorm_ = take("post_attention_layernorm.weight");
    gateUp_ = JointLinear({take("mlp.gate_proj.weight"), take("mlp.up_proj.weight")}, {});
    downWeight_ = take("mlp.down_proj.weight");
}

void DecoderLayer::run(at::Tensor& x, const LayerStep& step) const {
    throwIfCancelled(step.cancel);
    const at::Tensor mixed = attention(x, step);
    const at::Tensor normed = addAndNorm(x, mixed, postNorm_, config_.rmsNormEps);
    const at::Tensor inner = mlp(normed, step.cancel);
    tell(step, ".mlp", inner);
    x.add_(inner);
    tell(step, "", x);
}

at::Tensor DecoderLayer::runToken(at::Tensor& x, const at::Tensor& pending,
                                  const TokenStep& step) const {
    const at::Tensor normed = pending.defined()
                                  ? addAndNorm(x, pending, inputNorm_, config_.rmsNormEps)
                                  : rmsNorm(x, inputNorm_, config_.rmsNormEps);
    const std::vector<at::Tensor> qkv = qkv_(normed, {});
    const double scale = 1.0 / std::sqrt(static_cast<double>(config_.headDim));
    const at::Tensor mixed = attendToken({.q = qkv[0],
                                          .k = qkv[1],
                                          .v = qkv[2],
                                          .cos = step.cos,
                                          .sin = step.sin,
                                          .keys = step.keys,
                                          .values = step.values,
                                          .held = step.held,
                                          .scale = static_cast<float>(scale)});
    return mlp(addAndNorm(x, at::linear(mixed, oWeight_), postNorm_, config_.rmsNormEps), {});
}

at::Tensor DecoderLayer::attention(const at::Tensor& x, const LayerStep& step) const {
    const std::int64_t n = x.size(0), headDim = config_.headDim;
    const at::Tensor normed = rmsNorm(x, inputNorm_, config_.rmsNormEps);
    tell(step, ".input_layernorm", normed);
    const std::vector<at::Tensor> qkv = qkv_(normed, step.cancel);
    const auto heads = [&](std::size_t i, std::int64_t count) {
        return qkv[i].view({n, count, headDim});
    };
    const at::Tensor q = rotate(heads(0, config_.heads), step.cos, step.sin);
    const at::Tensor k = rotate(heads(1, config_.kvHeads), step.cos, step.sin);
    step.cache.write(index_, k, heads(2, config_.kvHeads).transpose(0, 1));
    throwIfCancelled(step.cancel);

    const std::int64_t keys = step.cache.size() + n;
    const at::Tensor allKeys = step.cache.keys(index_, keys);
    const at::Tensor allValues = step.cache.values(index_, keys);
    const double scale = 1.0 / std::sqrt(static_cast<double>(headDim));
    at::Tensor out;  // [n, Hq*D]
    if (step.backend) {
        out = step.backend->attend({.q = q,
                                    .k = allKeys,
                                    .v = allValues,
                                    .layer = static_cast<int>(index_),
                                    .promptTokens = step.promptTokens,
                                    .scale = static_cast<float>(scale),
                                    .causal = true,
                                    .stop = step.cancel,
                                    .density = step.density},
                                   step.recorder);
    } else {
        out = attendOne(q, allKeys, allValues, scale);
    }
    throwIfCancelled(step.cancel);
    out = at::linear(out, oWeight_);
    tell(step, ".attn", out);
    return out;
}

at::Tensor DecoderLayer::mlp(const at::Tensor& normed, const CancelToken& cancel) const {
    const std::vector<at::Tensor> gateUp = gateUp_(normed, cancel);
    at::Tensor inner = gateUp[0];
    if (haveRowSteps(inner)) {
        gateRows(inner, 1, gateUp[1]);
    } else {
        at::silu_(inner).mul_(gateUp[1]);
    }
    throwIfCancelled(cancel);
    return at::linear(inner, downWeight_);
}

void DecoderLayer::tell(const LayerStep& step, const char* stage, const at::Tensor& value) const {
    if (step.hook) step.hook("lm.layer_" + std::to_string(index_) + stage, value);
}

}  // namespace reelquery
