#pragma once
// Host side of the products of few rows.

#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include "kernels/gemm/gemm_cuda.h"
#include "kernels/gemm/tile_scales.cuh"
#include "kernels/gemm/warp_share.h"

namespace reelquery::kernels::cuda {

struct FewRowsParams {
    const std::uint32_t *codes, *high;
    ScalePlanes planes;
    const __nv_bfloat16* x;
    std::int64_t xStride;
    const void* bias;
    void* out;
    std::int64_t outStride;
    std::int64_t outputs;
    int inputs;
    int rows;
    GemmType biasType, outType;
};

Status launchFewRowsGroups(const TiledShape& shape, const FewRowsParams& p, int warps,
                           cudaStream_t stream);
Status launchFewRowsBlocks(const TiledShape& shape, const FewRowsParams& p, int warps,
                           cudaStream_t stream);

}  // namespace reelquery::kernels::cuda
