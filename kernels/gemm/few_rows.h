#pragma once
// Host side of the products of few rows.

#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include "kernels/gemm/gemm_cuda.h"
#include "kernels/gemm/step_share.h"
#include "kernels/gemm/tile_scales.cuh"

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
    int tilesOfBlock, moreTiles;  // see tilesOfBlock()
    int inputs;
    int rows;
    GemmType biasType, outType;
};

Status launchFewRowsGroups(const TiledShape& shape, const FewRowsParams& p, int blocks,
                           cudaStream_t stream);
Status launchFewRowsBlocks(const TiledShape& shape, const FewRowsParams& p, int blocks,
                           cudaStream_t stream);

}  // namespace reelquery::kernels::cuda
