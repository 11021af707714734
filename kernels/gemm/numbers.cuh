#pragma once
// Single numbers of a type that is known at run time only: biases and results.

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>

#include "kernels/gemm/gemm_cuda.h"

namespace reelquery::kernels::cuda {

__device__ inline float readNumber(const void* from, GemmType type, std::int64_t at) {
    if (type == GemmType::kBfloat16)
        return __bfloat162float(static_cast<const __nv_bfloat16*>(from)[at]);
    if (type == GemmType::kFloat16) return __half2float(static_cast<const __half*>(from)[at]);
    return static_cast<const float*>(from)[at];
}

__device__ inline void writeNumber(void* to, GemmType type, std::int64_t at, float value) {
    if (type == GemmType::kBfloat16)
        static_cast<__nv_bfloat16*>(to)[at] = __float2bfloat16(value);
    else if (type == GemmType::kFloat16)
        static_cast<__half*>(to)[at] = __float2half(value);
    else
        static_cast<float*>(to)[at] = value;
}

}  // namespace reelquery::kernels::cuda
