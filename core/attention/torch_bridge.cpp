#include "core/attention/torch_bridge.h"

#include <ATen/ATen.h>

#include "core/base/error.h"

namespace reelquery {

namespace {

kernels::HeadsView headsView(const at::Tensor& tensor) {
    ENSURE(tensor.dim() == 3, "attention tensors are [heads, tokens, D]");
    ENSURE(tensor.stride(2) == 1 || tensor.size(2) == 1, "D must be contiguous");
    return {tensor.const_data_ptr(), tensor.stride(0), tensor.stride(1)};
}

}  // namespace

kernels::AttentionInputs attentionInputs(const AttentionCall& call) {
    const at::Tensor &q = call.q, &k = call.k, &v = call.v;
    kernels::AttentionInputs inputs;
    inputs.q = headsView(q);
    inputs.k = headsView(k);
    inputs.v = headsView(v);
    const at::ScalarType type = q.scalar_type();
    ENSURE(type == at::kFloat || type == at::kBFloat16, "attention takes float32 or bf16");
    ENSURE(k.scalar_type() == type && v.scalar_type() == type, "q, k and v differ in type");
    ENSURE(k.device() == q.device() && v.device() == q.device(), "q, k and v differ in device");
    ENSURE(k.sizes() == v.sizes(), "k and v differ in shape");
    ENSURE(q.size(2) == k.size(2), "q and k differ in head dimension");
    inputs.shape.heads = static_cast<int>(q.size(0));
    inputs.shape.kvHeads = static_cast<int>(k.size(0));
    inputs.shape.headDim = static_cast<int>(q.size(2));
    inputs.shape.queries = q.size(1);
    inputs.shape.keys = k.size(1);
    inputs.shape.causal = call.causal;
    inputs.shape.scale = call.scale;
    inputs.shape.dtype = type == at::kFloat ? kernels::Dtype::kFloat32 : kernels::Dtype::kBfloat16;
    return inputs;
}

at::Tensor emptyOutput(const AttentionCall& call) {
    return at::empty({call.q.size(1), call.q.size(0) * call.q.size(2)}, call.q.options());
}

kernels::MutableHeadsView outputView(const at::Tensor& output, const AttentionCall& call) {
    return {output.data_ptr(), call.q.size(2), output.stride(0)};
}

}  // namespace reelquery
