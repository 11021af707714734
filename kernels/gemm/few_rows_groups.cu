// Products of few rows: int4, int8, FP8 with groups, and GGUF's Q4_0, Q4_1, Q5_0, Q5_1, Q8_0.

#include "kernels/gemm/few_rows.cuh"
#include "kernels/gemm/gemm_images.h"

namespace reelquery::kernels::cuda {

namespace {

// Steps on their way in a lane's registers: four of 4-bit codes or two of bytes are 128 bytes.
template <TileCodes kCodes>
constexpr int kAheadOf = isByteCode(kCodes) ? 2 : 4;

template <TileCodes kCodes, int kPerStep, bool kWide>
Status launch(const FewRowsParams& p, int blocks, cudaStream_t stream) {
    return launchFewRows<kCodes, GroupScales<kCodes, kPerStep, kWide>, kAheadOf<kCodes>>(p, blocks,
                                                                                         stream);
}

template <TileCodes kCodes>
Status launchIntegers(const TiledShape& shape, const FewRowsParams& p, int blocks,
                      cudaStream_t stream) {
    if (shape.scaleType == ScaleType::kFloat32) return launch<kCodes, 1, true>(p, blocks, stream);
    switch (scalesPerStep(shape)) {
        case 1:
            return launch<kCodes, 1, false>(p, blocks, stream);
        case 2:
            return launch<kCodes, 2, false>(p, blocks, stream);
        default:
            return launch<kCodes, 4, false>(p, blocks, stream);
    }
}

}  // namespace

const void* fewRowsGroupsImage() {
    return reinterpret_cast<const void*>(
        fewRows<TileCodes::kInt4, GroupScales<TileCodes::kInt4, 1, false>, 4>);
}

Status launchFewRowsGroups(const TiledShape& shape, const FewRowsParams& p, int blocks,
                           cudaStream_t stream) {
    if (shape.scales == TileScales::kGroupMins)
        return shape.codes == TileCodes::kInt4
                   ? launchFewRows<TileCodes::kInt4, MinScales, 3>(p, blocks, stream)
                   : launchFewRows<TileCodes::kInt5, MinScales, 3>(p, blocks, stream);
    switch (shape.codes) {
        case TileCodes::kInt4:
            return launchIntegers<TileCodes::kInt4>(shape, p, blocks, stream);
        case TileCodes::kInt8:
            return launchIntegers<TileCodes::kInt8>(shape, p, blocks, stream);
        case TileCodes::kFp8:
            return shape.scaleType == ScaleType::kFloat32
                       ? launch<TileCodes::kFp8, 1, true>(p, blocks, stream)
                       : launch<TileCodes::kFp8, 1, false>(p, blocks, stream);
        default:
            return launchFewRows<TileCodes::kInt5, GroupScales<TileCodes::kInt5, 4, false>, 3>(
                p, blocks, stream);
    }
}

}  // namespace reelquery::kernels::cuda
