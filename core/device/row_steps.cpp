#include "core/device/row_steps.h"

#include <ATen/ATen.h>
#include <c10/core/DeviceGuard.h>

#include "core/base/error.h"
#include "core/device/cuda_libraries.h"
#include "core/device/cuda_stream.h"
#include "core/device/kernel_status.h"

namespace reelquery {

namespace {

kernels::Dtype dtypeOf(const at::Tensor& x) {
    return x.scalar_type() == at::kFloat ? kernels::Dtype::kFloat32 : kernels::Dtype::kBfloat16;
}

bool isRowsLike(const at::Tensor& tensor, const at::Tensor& x) {
    return tensor.sizes() == x.sizes() && tensor.scalar_type() == x.scalar_type() &&
           tensor.device() == x.device();
}

const void* dataOrNull(const at::Tensor& tensor) {
    return tensor.defined() ? tensor.const_data_ptr() : nullptr;
}

at::Tensor norm(const at::Tensor& x, const at::Tensor& y, const at::Tensor& weight,
                const at::Tensor& bias, double eps) {
    ENSURE(x.dim() == 2 && x.is_contiguous(), "normed rows are [n, W] without gaps");
    ENSURE(!y.defined() || (isRowsLike(y, x) && y.is_contiguous()), "what is added fits the rows");
    for (const at::Tensor& values : {weight, bias}) {
        ENSURE(!values.defined() || (values.is_contiguous() && values.numel() == x.size(1) &&
                                     values.scalar_type() == x.scalar_type()),
               "a norm's weights are one row");
    }
    const c10::DeviceGuard guard(x.device());
    at::Tensor out = at::empty(x.sizes(), x.options());
    kernels::CudaNorm call;
    call.dtype = dtypeOf(x);
    call.rows = x.size(0);
    call.width = x.size(1);
    call.epsilon = static_cast<float>(eps);
    call.x = const_cast<void*>(x.const_data_ptr());  // written to only where there is a y
    call.y = dataOrNull(y);
    call.weight = weight.const_data_ptr();
    call.bias = dataOrNull(bias);
    call.out = out.mutable_data_ptr();
    throwIfFailed(cudaLibraries().kernels.norm(&call, currentCudaStream(x.device())));
    return out;
}

}  // namespace

bool haveRowSteps(const at::Tensor& x) {
    return x.is_cuda() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16) &&
           cudaLibraries().kernelsProblem.empty();
}

namespace {

kernels::CudaRotation rotationOf(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin,
                                 const at::Tensor& out) {
    ENSURE(x.dim() == 3 && isRowsLike(out, x), "rotated heads are [n, heads, D]");
    ENSURE(x.stride(2) == 1 && out.stride(2) == 1, "D must be contiguous");
    const std::int64_t angles = x.size(0) * (x.size(2) / 2);
    for (const at::Tensor& table : {cos, sin}) {
        ENSURE(table.scalar_type() == at::kFloat && table.is_contiguous() &&
                   table.numel() == angles && table.device() == x.device(),
               "every token has D/2 angles in float32");
    }
    kernels::CudaRotation call;
    call.dtype = dtypeOf(x);
    call.heads = static_cast<int>(x.size(1));
    call.headDim = static_cast<int>(x.size(2));
    call.tokens = x.size(0);
    call.x = {x.const_data_ptr(), x.stride(1), x.stride(0)};
    call.out = {out.mutable_data_ptr(), out.stride(1), out.stride(0)};
    call.cos = cos.const_data_ptr<float>();
    call.sin = sin.const_data_ptr<float>();
    return call;
}

void run(const kernels::CudaRotation& call, const at::Tensor& x) {
    const c10::DeviceGuard guard(x.device());
    throwIfFailed(cudaLibraries().kernels.rotate(&call, currentCudaStream(x.device())));
}

}  // namespace

void rotateHeads(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin,
                 const at::Tensor& out) {
    run(rotationOf(x, cos, sin, out), x);
}

bool mayNormInRotation(std::int64_t headDim) {
    return headDim >= 16 && headDim <= 256 && (headDim & (headDim - 1)) == 0;
}

void normAndRotateHeads(const at::Tensor& x, const at::Tensor& weight, double eps,
                        const at::Tensor& cos, const at::Tensor& sin) {
    kernels::CudaRotation call = rotationOf(x, cos, sin, x);
    ENSURE(mayNormInRotation(x.size(2)), "a head's threads are in one warp");
    ENSURE(weight.is_contiguous() && weight.numel() == x.size(2) &&
               weight.scalar_type() == x.scalar_type() && weight.device() == x.device(),
           "a norm's weights are one head");
    call.normWeight = weight.const_data_ptr();
    call.epsilon = static_cast<float>(eps);
    run(call, x);
}

void gateRows(const at::Tensor& x, double slope, const at::Tensor& factor) {
    ENSURE(x.dim() == 2 && x.stride(1) == 1, "gated rows are [n, W]");
    ENSURE(!factor.defined() || (isRowsLike(factor, x) && factor.stride(1) == 1),
           "the factor fits the rows");
    const c10::DeviceGuard guard(x.device());
    kernels::CudaGate call;
    call.dtype = dtypeOf(x);
    call.rows = x.size(0);
    call.width = x.size(1);
    call.slope = static_cast<float>(slope);
    call.x = x.const_data_ptr();
    call.out = x.mutable_data_ptr();
    call.factor = dataOrNull(factor);
    call.xStride = call.outStride = x.stride(0);
    call.factorStride = factor.defined() ? factor.stride(0) : 0;
    throwIfFailed(cudaLibraries().kernels.gate(&call, currentCudaStream(x.device())));
}

at::Tensor normRows(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                    double eps) {
    return norm(x, {}, weight, bias, eps);
}

at::Tensor addAndNormRows(const at::Tensor& x, const at::Tensor& y, const at::Tensor& weight,
                          const at::Tensor& bias, double eps) {
    ENSURE(y.defined(), "something is added");
    return norm(x, y, weight, bias, eps);
}

}  // namespace reelquery
