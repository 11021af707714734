#include "kernels/cuda/tensor_map.h"

#include <cudaTypedefs.h>
#include <cuda_runtime.h>

namespace reelquery::kernels::cuda {

namespace {

// The driver's encoder, looked up at run time so that nothing links to libcuda.
PFN_cuTensorMapEncodeTiled_v12000 findEncoder() {
    void* function = nullptr;
    cudaDriverEntryPointQueryResult found{};
    const cudaError_t error = cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &function,
                                                               12000, cudaEnableDefault, &found);
    if (error != cudaSuccess || found != cudaDriverEntryPointSuccess) return nullptr;
    return reinterpret_cast<PFN_cuTensorMapEncodeTiled_v12000>(function);
}

}  // namespace

bool describeRows(const StridedRows& tensor, int boxRows, int boxPanels, CUtensorMap* map) {
    static const PFN_cuTensorMapEncodeTiled_v12000 encode = findEncoder();
    if (!encode) return false;
    constexpr cuuint64_t kBytes = 2;
    // A stride of a dimension of size 1 is never used, but the encoder wants it valid.
    const auto strideBytes = [](std::int64_t elements, std::int64_t size, int fallback) {
        return static_cast<cuuint64_t>(size > 1 ? elements : fallback) * kBytes;
    };
    const cuuint64_t sizes[4] = {64, static_cast<cuuint64_t>(tensor.rows),
                                 static_cast<cuuint64_t>(tensor.headDim / 64),
                                 static_cast<cuuint64_t>(tensor.heads)};
    const cuuint64_t strides[3] = {strideBytes(tensor.rowStride, tensor.rows, tensor.headDim),
                                   64 * kBytes,
                                   strideBytes(tensor.headStride, tensor.heads, tensor.headDim)};
    const cuuint32_t box[4] = {64, static_cast<cuuint32_t>(boxRows),
                               static_cast<cuuint32_t>(boxPanels), 1};
    const cuuint32_t steps[4] = {1, 1, 1, 1};
    return encode(map, CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, 4, const_cast<void*>(tensor.data), sizes,
                  strides, box, steps, CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B,
                  CU_TENSOR_MAP_L2_PROMOTION_L2_256B,
                  CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE) == CUDA_SUCCESS;
}

}  // namespace reelquery::kernels::cuda
