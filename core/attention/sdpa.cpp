#include "core/attention/sdpa.h"

#include <ATen/ATen.h>

namespace reelquery {

at::Tensor sdpaAttention(const AttentionCall& call) {
    const std::int64_t queries = call.q.size(1), keys = call.k.size(1);
    const bool gqa = call.q.size(0) != call.k.size(0);
    const bool square = queries == keys;
    std::optional<at::Tensor> mask;
    if (call.causal && !square && queries > 1) {
        const auto options = at::TensorOptions().dtype(at::kLong).device(call.q.device());
        const at::Tensor position = at::arange(keys - queries, keys, options).unsqueeze(1);
        mask = at::arange(keys, options).unsqueeze(0).le(position);  // [Lq, Lk]
    }
    const at::Tensor out = at::scaled_dot_product_attention(
        call.q.unsqueeze(0), call.k.unsqueeze(0), call.v.unsqueeze(0), mask, 0.0,
        call.causal && square, call.scale, gqa);       // [1, Hq, Lq, D]
    return out.squeeze(0).transpose(0, 1).flatten(1);  // [Lq, Hq*D]
}

SdpaChoice::SdpaChoice(SdpaKind kind) {
    at::Context& context = at::globalContext();
    context.setSDPUseFlash(kind == SdpaKind::kFlash);
    context.setSDPUseCuDNN(kind == SdpaKind::kCudnn);
    context.setSDPUseMemEfficient(false);
    context.setSDPUseMath(false);
}

SdpaChoice::~SdpaChoice() {
    at::Context& context = at::globalContext();
    context.setSDPUseFlash(true);
    context.setSDPUseCuDNN(true);
    context.setSDPUseMemEfficient(true);
    context.setSDPUseMath(true);
}

}  // namespace reelquery
