// The call of reelqueryCudaFewRows.

#include "kernels/gemm/few_rows.h"

#include <algorithm>

#include "kernels/gemm/gemm_checks.h"

namespace reelquery::kernels {

Status reelqueryCudaFewRows(const CudaFewRows* call, CudaStream stream) {
    const CudaFewRows& c = *call;
    if (const Status status = cuda::checkFewRows(c); !status.ok()) return status;
    int device = 0, processors = 0;
    if (cudaGetDevice(&device) != cudaSuccess ||
        cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device) != cudaSuccess)
        return {StatusCode::kDevice, "no CUDA device answers"};
    const TiledShape& s = c.weights.shape;
    const TiledPlanes planes = planesOf(s);
    const int tiles = static_cast<int>(tilesOf(s)), blocks = std::min(tiles, processors);
    const auto* data = static_cast<const std::uint8_t*>(c.weights.data);
    const cuda::FewRowsParams p{
        reinterpret_cast<const std::uint32_t*>(data + planes.codes),
        reinterpret_cast<const std::uint32_t*>(data + planes.high),
        {data + planes.scales, data + planes.seconds, stepsOf(s), scaleStepsOf(s), stepShift(s),
         s.scaleType == ScaleType::kBfloat16, s.hasZeros},
        static_cast<const __nv_bfloat16*>(c.x),
        c.xStride,
        c.bias,
        c.out,
        c.outStride,
        s.outputs,
        tiles / blocks,
        tiles % blocks,
        static_cast<int>(s.inputs),
        c.rows,
        c.biasType,
        c.outType};
    const bool isGroups = s.scales == TileScales::kGroups || s.scales == TileScales::kGroupMins;
    return isGroups ? cuda::launchFewRowsGroups(s, p, blocks, stream)
                    : cuda::launchFewRowsBlocks(s, p, blocks, stream);
}

}  // namespace reelquery::kernels
