// Products of few rows: Q4_K, Q5_K, Q6_K.

#include "kernels/gemm/few_rows.cuh"
#include "kernels/gemm/gemm_images.h"

namespace reelquery::kernels::cuda {

const void* fewRowsBlocksImage() {
    return reinterpret_cast<const void*>(fewRows<TileCodes::kInt6, Block16Scales, 3>);
}

Status launchFewRowsBlocks(const TiledShape& shape, const FewRowsParams& p, int blocks,
                           cudaStream_t stream) {
    if (shape.codes == TileCodes::kInt4)
        return launchFewRows<TileCodes::kInt4, Block32Scales, 3>(p, blocks, stream);
    if (shape.codes == TileCodes::kInt5)
        return launchFewRows<TileCodes::kInt5, Block32Scales, 3>(p, blocks, stream);
    return launchFewRows<TileCodes::kInt6, Block16Scales, 3>(p, blocks, stream);
}

}  // namespace reelquery::kernels::cuda
