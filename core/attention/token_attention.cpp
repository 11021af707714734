#include "core/attention/token_attention.h"

#include <ATen/ATen.h>
#include <c10/core/DeviceGuard.h>

#include "core/attention/cuda_kernels.h"
#include "core/base/error.h"
#include "core/device/cuda_stream.h"
#include "core/device/kernel_status.h"

namespace reelquery {

namespace {

kernels::MutableHeadsView cacheView(const at::Tensor& cache) {
    ENSURE(cache.dim() == 3 && cache.stride(2) == 1, "a cache is [Hkv, capacity, D]");
    return {cache.mutable_data_ptr(), cache.stride(0), cache.stride(1)};
}

}  // namespace

std::string whyNoTokenAttention(bool bfloat16, std::int64_t headDim) {
    const CudaLibraries& libraries = cudaLibraries();
    return CudaKernels(libraries.kernels, libraries.kernelsProblem)
        .whyNotSparse(bfloat16, static_cast<int>(headDim));
}

at::Tensor attendToken(const TokenAttentionCall& call) {
    const at::Tensor& keys = call.keys;
    const std::int64_t headDim = keys.size(2);
    ENSURE(call.q.is_contiguous() && call.k.is_contiguous() && call.v.is_contiguous(),
           "projections of one token lie in a row");
    ENSURE(call.q.scalar_type() == at::kBFloat16 && keys.scalar_type() == at::kBFloat16,
           "the decoding kernels take bf16");
    ENSURE(keys.sizes() == call.values.sizes(), "keys and values differ in shape");
    ENSURE(call.k.numel() == keys.size(0) * headDim && call.v.numel() == call.k.numel(),
           "every head has a new key and value");
    ENSURE(call.cos.numel() == headDim / 2 && call.sin.numel() == headDim / 2 &&
               call.cos.scalar_type() == at::kFloat && call.sin.scalar_type() == at::kFloat,
           "angles are float32, a half for each head dimension");
    const c10::DeviceGuard guard(call.q.device());
    const CudaKernelTable& table = cudaLibraries().kernels;
    at::Tensor out = at::empty({1, call.q.numel()}, call.q.options());
    kernels::CudaDecodeInputs inputs;
    inputs.shape = {static_cast<int>(call.q.numel() / headDim),
                    static_cast<int>(keys.size(0)),
                    static_cast<int>(headDim),
                    1,
                    keys.size(1),
                    true,
                    call.scale,
                    kernels::Dtype::kBfloat16};
    inputs.q = call.q.const_data_ptr();
    inputs.k = call.k.const_data_ptr();
    inputs.v = call.v.const_data_ptr();
    inputs.cos = call.cos.const_data_ptr<float>();
    inputs.sin = call.sin.const_data_ptr<float>();
    inputs.keys = cacheView(keys);
    inputs.values = cacheView(call.values);
    inputs.held = call.held.const_data_ptr<std::int64_t>();
    inputs.out = out.mutable_data_ptr();
    const at::Tensor scratch =
        cudaScratch(table.decodeWorkspaceBytes(&inputs.shape), call.q.device());
    throwIfFailed(table.decode(
        &inputs, {scratch.mutable_data_ptr(), static_cast<std::size_t>(scratch.numel())},
        currentCudaStream(call.q.device())));
    return out;
}

}  // namespace reelquery
