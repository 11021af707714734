#include "core/attention/narrow_token_attention.h"

#include <ATen/ATen.h>

#include <c10/core/DeviceGuard.h>

#include "core/base/error.h"
#include "core/device/cuda_libraries.h"
#include "core/device/cuda_stream.h"
#include "core/device/kernel_status.h"
#include "core/device/torch_workers.h"
#include "kernels/cpu/narrow_attention.h"

namespace reelquery {

namespace {

/// Whether our kernels move tokens [Hkv, n, D] like these between bf16 and 8 bits in one pass.
bool haveNarrowKernels(const at::Tensor& like, at::ScalarType type, std::int64_t headDim) {
    return like.is_cuda() && type == at::kBFloat16 && (headDim == 64 || headDim == 128) &&
           cudaLibraries().kernelsProblem.empty();
}

kernels::CudaInt8Tokens tokensCall(const at::Tensor& plain, const NarrowRows& packed) {
    kernels::CudaInt8Tokens call;
    call.heads = static_cast<int>(plain.size(0));
    call.headDim = static_cast<int>(plain.size(2));
    call.tokens = plain.size(1);
    call.plain = {plain.mutable_data_ptr(), plain.stride(0), plain.stride(1)};
    call.packed = {packed.values.mutable_data_ptr<std::int8_t>(), packed.values.stride(0),
                   packed.values.stride(1), packed.scales.mutable_data_ptr<float>(),
                   packed.scales.stride(0)};
    return call;
}

}  // namespace

NarrowRows narrowRows(const at::Tensor& rows) {
    if (haveNarrowKernels(rows, rows.scalar_type(), rows.size(2))) {
        const c10::DeviceGuard guard(rows.device());
        const at::Tensor plain = rows.contiguous();
        const NarrowRows packed{
            at::empty(rows.sizes(), rows.options().dtype(at::kChar)),
            at::empty({rows.size(0), rows.size(1)}, rows.options().dtype(at::kFloat))};
        const kernels::CudaInt8Tokens call = tokensCall(plain, packed);
        throwIfFailed(cudaLibraries().kernels.int8Pack(&call, currentCudaStream(rows.device())));
        return packed;
    }
    const at::Tensor wide = rows.to(at::kFloat);
    const at::Tensor scales = wide.abs().amax({-1}).div_(127).clamp_min_(1e-30);
    return {wide.div(scales.unsqueeze(-1)).round_().to(at::kChar), scales};
}

at::Tensor widened(const NarrowRows& rows, at::ScalarType type) {
    if (haveNarrowKernels(rows.values, type, rows.values.size(2))) {
        const c10::DeviceGuard guard(rows.values.device());
        at::Tensor plain = at::empty(rows.values.sizes(), rows.values.options().dtype(type));
        const kernels::CudaInt8Tokens call = tokensCall(plain, rows);
        throwIfFailed(cudaLibraries().kernels.int8Unpack(&call, currentCudaStream(plain.device())));
        return plain;
    }
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
