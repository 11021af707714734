#pragma once
// Random q, k, v for the GPU tests and benches, made on the device.

#include <cuda_bf16.h>

#include <cstdint>

#include "kernels/attention_params.h"
#include "tests/gpu/device_memory.h"

namespace reelquery::test {

/// How the tensors of a case lie in memory.
enum class Layout {
    kTokenMajor,  ///< [tokens, heads, D], as a projection leaves them
    kCache        ///< [heads, capacity, D] with room after the last token, as a key/value cache
};

inline constexpr int kSpareTokens = 300;  // capacity past the last token in a cache

__device__ inline std::uint32_t hashBits(std::uint32_t x) {
    x = (x ^ (x >> 16)) * 0x7feb352du;
    x = (x ^ (x >> 15)) * 0x846ca68bu;
    return x ^ (x >> 16);
}

__device__ inline float normalAt(std::uint32_t seed, std::uint32_t index) {
    const std::uint32_t a = hashBits(seed ^ hashBits(index)), b = hashBits(a + 0x9e3779b9u);
    const float radius = sqrtf(-2 * logf((a + 1.0f) * 2.3283064e-10f));
    return radius * cospif(b * 4.6566129e-10f);
}

// Unit noise plus, where `structure` > 0, one of eight directions that is shared by runs of tokens,
// so that some block pairs carry far more attention than others.
__global__ void fillNormal(__nv_bfloat16* data, int heads, long long tokens, int dim,
                           long long headStride, long long tokenStride, std::uint32_t seed,
                           float structure, int run) {
    const long long count = heads * tokens * dim;
    for (long long i = blockIdx.x * 256ll + threadIdx.x; i < count; i += gridDim.x * 256ll) {
        const int d = static_cast<int>(i % dim);
        const long long token = i / dim % tokens;
        const int head = static_cast<int>(i / dim / tokens);
        float value = normalAt(seed, static_cast<std::uint32_t>(i));
        if (structure > 0) {
            const std::uint32_t cluster =
                hashBits(seed + 77u * head + static_cast<std::uint32_t>(token / run)) % 8;
            value += structure * normalAt(991u + cluster, static_cast<std::uint32_t>(d));
        }
        data[head * headStride + token * tokenStride + d] = __float2bfloat16(value);
    }
}

/// q, k and v on the device. What lies between and after the tokens is NaN.
class GpuInputs {
  public:
    /// spare: room behind the last token; does not change the tokens.
    GpuInputs(const kernels::AttentionShape& shape, Layout layout, std::uint32_t seed,
              float structure, std::int64_t spare = kSpareTokens)
        : spare_(spare) {
        inputs_.shape = shape;
        make(q_, inputs_.q, shape.heads, shape.queries, shape.headDim, layout, seed, structure,
             500);
        make(k_, inputs_.k, shape.kvHeads, shape.keys, shape.headDim, layout, seed + 1, structure,
             190);
        make(v_, inputs_.v, shape.kvHeads, shape.keys, shape.headDim, layout, seed + 2, 0, 1);
    }

    const kernels::AttentionInputs& get() const { return inputs_; }

  private:
    void make(DeviceArray<__nv_bfloat16>& array, kernels::HeadsView& view, int heads,
              std::int64_t tokens, int dim, Layout layout, std::uint32_t seed, float structure,
              int run) {
        const std::int64_t capacity = tokens + spare_;
        array = DeviceArray<__nv_bfloat16>(static_cast<std::size_t>(heads * capacity * dim));
        array.fill(0xff);
        view.data = array.get();
        view.headStride = layout == Layout::kCache ? capacity * dim : dim;
        view.tokenStride = layout == Layout::kCache ? dim : std::int64_t{heads} * dim;
        fillNormal<<<1024, 256>>>(array.get(), heads, tokens, dim, view.headStride,
                                  view.tokenStride, seed, structure, run);
        require(cudaGetLastError(), "filling the inputs");
    }

    std::int64_t spare_;
    kernels::AttentionInputs inputs_;
    DeviceArray<__nv_bfloat16> q_, k_, v_;
};

}  // namespace reelquery::test
