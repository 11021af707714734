#pragma once
// One token of one head as 8 bits: a warp holds it.

#include <cuda_bf16.h>

#include <cstdint>

#include "kernels/attn/int8_cache.h"

namespace reelquery::kernels::cuda {

/// The largest size of a warp's values; infinite where one is no finite number.
template <int N>
__device__ float largestOfWarp(const float (&values)[N]) {
    float largest = 0;
#pragma unroll
    for (int i = 0; i < N; ++i) {
        const float size = fabsf(values[i]);
        largest = size <= 3.4e38f ? fmaxf(largest, size) : INFINITY;  // not for NaN
        if (!(size <= 3.4e38f)) break;
    }
    for (int step = 16; step > 0; step /= 2)
        largest = fmaxf(largest, __shfl_xor_sync(0xffffffffu, largest, step));
    return largest;
}

/// What a token's values are multiplied by, and its scale.
struct Int8Rounding {
    float factor, scale;
};

__device__ inline Int8Rounding int8Rounding(float largest) {
    if (largest == INFINITY) return {0, __uint_as_float(0x7fffffffu)};
    if (largest < 0x1p-100f) return {0, 0};
    return {127 / largest, largest / 127};
}

__device__ inline int int8Code(float value, float factor) {
    return factor == 0 ? 0 : __float2int_rn(value * factor);
}

}  // namespace reelquery::kernels::cuda
