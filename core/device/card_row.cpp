#include "core/device/card_row.h"

#include <ATen/ATen.h>
#include <c10/core/DeviceGuard.h>

#include <cstdint>

#include "core/base/error.h"
#include "core/device/cuda_libraries.h"
#include "core/device/cuda_stream.h"
#include "core/device/kernel_status.h"

namespace reelquery {

namespace {

bool isOnPiece(const at::Tensor& rows) {
    return rows.stride(1) == 1 && rows.stride(0) % 8 == 0 &&
           reinterpret_cast<std::uintptr_t>(rows.const_data_ptr()) % 16 == 0;
}

}  // namespace

bool isCardRow(const at::Tensor& x, const at::Tensor& weight) {
    return x.is_cuda() && x.dim() == 2 && x.size(0) == 1 && x.scalar_type() == at::kBFloat16 &&
           weight.scalar_type() == at::kBFloat16 && weight.device() == x.device() &&
           weight.size(1) % 8 == 0 && isOnPiece(weight) && isOnPiece(x) &&
           cudaLibraries().kernelsProblem.empty();
}

at::Tensor multiplyCardRow(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    ENSURE(x.size(1) == weight.size(1), "a row has a value for each input");
    ENSURE(!bias.defined() || (bias.is_contiguous() && bias.numel() == weight.size(0) &&
                               bias.scalar_type() == x.scalar_type()),
           "a bias has a value of x's type for each output");
    const c10::DeviceGuard guard(x.device());
    at::Tensor y = at::empty({1, weight.size(0)}, x.options());
    kernels::CudaBf16Row call;
    call.weights = weight.const_data_ptr();
    call.weightStride = weight.stride(0);
    call.outputs = weight.size(0);
    call.inputs = weight.size(1);
    call.x = x.const_data_ptr();
    call.bias = bias.defined() ? bias.const_data_ptr() : nullptr;
    call.out = y.mutable_data_ptr();
    throwIfFailed(cudaLibraries().kernels.bf16Row(&call, currentCudaStream(x.device())));
    return y;
}

}  // namespace reelquery
