#pragma once
// Random tensors in the layout of the language model, and calls on them.

#include <ATen/ATen.h>

#include <cmath>

#include "core/attention/attention_backend.h"

namespace reelquery::test {

/// q as a projection leaves it, k and v as views into a longer key/value cache.
struct RandomTensors {
    at::Tensor q, k, v;

    RandomTensors(int heads, int kvHeads, int headDim, std::int64_t queries, std::int64_t keys,
                  at::ScalarType type = at::kFloat, double spread = 2.0) {
        at::manual_seed(1);
        q = (at::randn({queries, heads, headDim}) * spread).to(type).transpose(0, 1);
        k = at::randn({kvHeads, keys + 100, headDim}).to(type).slice(1, 0, keys);
        v = at::randn({kvHeads, keys + 100, headDim}).to(type).slice(1, 0, keys);
    }

    AttentionCall call(std::int64_t promptTokens = 0, int layer = 0) const {
        const float scale = 1.0f / std::sqrt(static_cast<float>(q.size(2)));
        return {
            .q = q, .k = k, .v = v, .layer = layer, .promptTokens = promptTokens, .scale = scale};
    }
};

/// softmax(scale q k^T) v in double by explicit matrices, causal bottom-right. [Lq, Hq*D].
inline at::Tensor byMatrices(const AttentionCall& call) {
    const std::int64_t ratio = call.q.size(0) / call.k.size(0);
    const at::Tensor q = call.q.to(at::kDouble);
    const at::Tensor k = call.k.to(at::kDouble).repeat_interleave(ratio, 0);
    const at::Tensor v = call.v.to(at::kDouble).repeat_interleave(ratio, 0);
    at::Tensor logits = at::matmul(q, k.transpose(1, 2)) * static_cast<double>(call.scale);
    const std::int64_t queries = q.size(1), keys = k.size(1);
    const at::Tensor position = at::arange(keys - queries, keys).unsqueeze(1);
    logits.masked_fill_(at::arange(keys).unsqueeze(0).gt(position), -INFINITY);
    return at::matmul(logits.softmax(-1), v).transpose(0, 1).flatten(1);
}

}  // namespace reelquery::test
