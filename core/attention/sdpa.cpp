#include "core/attention/sdpa.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/attention/query_slices.h"
#include "core/attention/torch_bridge.h"

namespace reelquery {

namespace {

/// Bytes beside the softmax of one query of all heads that share a key/value head: its result.
std::int64_t resultBytes(const kernels::AttentionShape& shape) {
    return shape.heads / shape.kvHeads * shape.headDim * std::int64_t{sizeof(float)};
}

}  // namespace

std::int64_t sdpaScratchBytes(const kernels::AttentionShape& shape, std::int64_t sliceBytes) {
    return QuerySlices(shape, resultBytes(shape), sliceBytes).scratchBytes();
}

at::Tensor sdpaAttention(const AttentionCall& call, std::int64_t sliceBytes) {
    const kernels::AttentionShape shape = attentionInputs(call).shape;
    at::Tensor out = emptyOutput(call);
    const at::Tensor byHead = headsOf(out, shape);
    QuerySlices(shape, resultBytes(shape), sliceBytes).forEach(call, [&](const QuerySlice& slice) {
        slice.rowsOf(byHead).copy_(at::matmul(slice.softmax(), slice.v()));
    });
    return out;
}

at::Tensor torchSdpa(const AttentionCall& call) {
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
