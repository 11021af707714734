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

constexpr cuuint64_t kBytes = 2;   // of a bf16 value
constexpr int kPanelColumns = 64;  // 128 bytes, the width of the widest swizzle

struct Dimension {
    std::int64_t size = 0;
    std::int64_t stride = 0;  // elements; of the first dimension 1, and not read
    int box = 0;
};

bool describe(const void* data, const Dimension (&dimensions)[4], int headDim, CUtensorMap* map) {
    static const PFN_cuTensorMapEncodeTiled_v12000 encode = findEncoder();
    if (!encode) return false;
    cuuint64_t sizes[4], strides[3];
    cuuint32_t box[4], steps[4] = {1, 1, 1, 1};
    for (int i = 0; i < 4; ++i) {
        sizes[i] = static_cast<cuuint64_t>(dimensions[i].size);
        box[i] = static_cast<cuuint32_t>(dimensions[i].box);
        // A stride of a dimension of size 1 is never used, but the encoder wants it valid.
        if (i > 0)
            strides[i - 1] = kBytes * static_cast<cuuint64_t>(
                                          dimensions[i].size > 1 ? dimensions[i].stride : headDim);
    }
    return encode(map, CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, 4, const_cast<void*>(data), sizes, strides,
                  box, steps, CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B,
                  CU_TENSOR_MAP_L2_PROMOTION_L2_256B,
                  CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE) == CUDA_SUCCESS;
}

}  // namespace

bool describeRows(const StridedRows& tensor, int boxRows, int boxPanels, CUtensorMap* map) {
    const Dimension columns{kPanelColumns, 1, kPanelColumns};
    return describe(tensor.data,
                    {columns,
                     {tensor.rows, tensor.rowStride, boxRows},
                     {tensor.headDim / kPanelColumns, kPanelColumns, boxPanels},
                     {tensor.heads, tensor.headStride, 1}},
                    tensor.headDim, map);
}

bool describePackedRows(const StridedRows& tensor, int group, int boxRows, CUtensorMap* map) {
    const Dimension columns{kPanelColumns, 1, kPanelColumns};
    return describe(tensor.data,
                    {columns,
                     {tensor.heads, tensor.headStride, group},
                     {tensor.rows, tensor.rowStride, boxRows},
                     {tensor.headDim / kPanelColumns, kPanelColumns, 1}},
                    tensor.headDim, map);
}

}  // namespace reelquery::kernels::cuda
