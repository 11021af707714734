#pragma once
// Small numeric helpers of the attention kernels.

#include <cuda_bf16.h>

#include <cstdint>

namespace reelquery::kernels::cuda {

inline constexpr float kLog2E = 1.4426950408889634f;

/// 2^x by the special function unit; denormal results become zero.
__device__ inline float exp2Fast(float x) {
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

/// Two floats as a bf16 pair, `low` in the lower half.
__device__ inline std::uint32_t packBf16(float low, float high) {
    std::uint32_t packed;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(high), "f"(low));
    return packed;
}

/// Maximum over the four lanes that share a row of a matrix fragment.
__device__ inline float quadMax(float x) {
    x = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, 1));
    return fmaxf(x, __shfl_xor_sync(0xffffffffu, x, 2));
}

/// Sum over the four lanes that share a row of a matrix fragment.
__device__ inline float quadSum(float x) {
    x += __shfl_xor_sync(0xffffffffu, x, 1);
    return x + __shfl_xor_sync(0xffffffffu, x, 2);
}

}  // namespace reelquery::kernels::cuda
