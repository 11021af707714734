#include "core/attention/narrow_token_attention.h"

#include <ATen/ATen.h>

#include "core/base/error.h"
#include "core/device/torch_workers.h"
#include "kernels/cpu/narrow_attention.h"

namespace reelquery {

NarrowRows narrowRows(const at::Tensor& rows) {
    const at::Tensor wide = rows.to(at::kFloat);
    const at::Tensor scales = wide.abs().amax({-1}).div_(127).clamp_min_(1e-30);
    return {wide.div(scales.unsqueeze(-1)).round_().to(at::kChar), scales};
}

at::Tensor widened(const NarrowRows& rows, at::ScalarType type) {
    return rows.values.to(at::kFloat).mul_(rows.scales.unsqueeze(-1)).to(type);
}

at::Tensor attendNarrowToken(const at::Tensor& q, const NarrowRows& keys, const NarrowRows& values,
                             float scale) {
    const std::int64_t heads = q.size(0), dim = q.size(2);
    ENSURE(dim <= kernels::kMostNarrowDim && keys.values.stride(1) == dim &&
               keys.values.stride(0) == values.values.stride(0) &&
               keys.scales.stride(0) == values.scales.stride(0),
           "keys and values lie alike");
    const at::Tensor wide = q.to(at::kFloat).contiguous();
    at::Tensor out = at::empty({1, heads * dim}, at::kFloat);
    TorchWorkers workers;
    static const kernels::CpuIsa kBest = kernels::bestCpuIsa();
    kernels::attendNarrow(workers, kBest,
                          {.q = wide.const_data_ptr<float>(),
                           .heads = heads,
                           .kvHeads = keys.values.size(0),
                           .dim = dim,
                           .keys = keys.values.size(1),
                           .k = keys.values.const_data_ptr<std::int8_t>(),
                           .v = values.values.const_data_ptr<std::int8_t>(),
                           .headStride = keys.values.stride(0),
                           .kScales = keys.scales.const_data_ptr<float>(),
                           .vScales = values.scales.const_data_ptr<float>(),
                           .scaleStride = keys.scales.stride(0),
                           .scale = scale,
                           .out = out.data_ptr<float>()});
    return out.to(q.scalar_type());
}

}  // namespace reelquery
