#pragma once
// A bf16 [heads, rows, D] tensor as the portable kernels read it.

#include <cuda_bf16.h>

#include <cstdint>

#include "kernels/attention_params.h"

namespace reelquery::kernels::cuda {

/// Strides in elements; D is contiguous.
struct StridedHeads {
    const __nv_bfloat16* data;
    std::int64_t headStride;
    std::int64_t rowStride;

    __device__ const __nv_bfloat16* head(int index) const { return data + index * headStride; }
};

inline StridedHeads stridedHeads(const HeadsView& view) {
    return {static_cast<const __nv_bfloat16*>(view.data), view.headStride, view.tokenStride};
}

}  // namespace reelquery::kernels::cuda
