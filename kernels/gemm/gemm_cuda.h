#pragma once
// Products with packed weights, and with those of bf16 for one row, on NVIDIA GPUs (compute
// capability 8.0 and later). Symbols: N outputs (rows of W), K inputs, n rows of x.
//
// Like attention_cuda.h these functions live in the shared library reelquery_cuda: C linkage,
// device memory only, everything on `stream` of the current device; no call allocates, waits or
// keeps state, so all of them can be captured into a graph, and two runs give the same bits.
// Products of few rows start early on devices that can (Note [Early launches]): their weights must
// not be the results of the launch right before them, but for reelqueryCudaRetile's.
// Errors: kInvalidArgument, kUnsupported, kDevice. Thread: any.

#include <cstdint>

#include "kernels/gemm/source_matrix.h"
#include "kernels/gemm/tiled_matrix.h"
#include "kernels/status.h"

struct CUstream_st;

namespace reelquery::kernels {

/// The runtime's cudaStream_t, named without its headers.
using CudaStream = CUstream_st*;

/// Number types of x, bias and results.
enum class GemmType { kBfloat16, kFloat16, kFloat32 };

/// A packed matrix in tiles, see Note [Tiles of packed weights].
struct TiledMatrix {
    TiledShape shape;
    void* data = nullptr;  ///< planesOf(shape).bytes, on 256 bytes
};

inline constexpr int kFewRows = 8;  ///< most rows of reelqueryCudaFewRows

/// y = x W^T + b for few rows: decoding.
struct CudaFewRows {
    TiledMatrix weights;
    int rows = 0;             ///< n, 1 to kFewRows
    const void* x = nullptr;  ///< [n, K] bf16, rows on 16 bytes
    std::int64_t xStride = 0;
    const void* bias = nullptr;  ///< [N] of biasType, or null
    GemmType biasType = GemmType::kBfloat16;
    void* out = nullptr;  ///< [n, N] of outType, apart from x
    GemmType outType = GemmType::kBfloat16;
    std::int64_t outStride = 0;
};

/// y = x W^T + b for one row over weights of bf16.
struct CudaBf16Row {
    const void* weights = nullptr;  ///< [N, K] bf16, rows on 16 bytes
    std::int64_t weightStride = 0;
    std::int64_t outputs = 0;    ///< N
    std::int64_t inputs = 0;     ///< K, a multiple of 8
    const void* x = nullptr;     ///< [K] bf16, on 16 bytes
    const void* bias = nullptr;  ///< [N] bf16, or null
    void* out = nullptr;         ///< [N] bf16, apart from x
};

/// Rows of W as numbers: ahead of a product of many rows, or a lookup.
struct CudaUnpack {
    TiledMatrix weights;
    std::int64_t firstRow = 0, rows = 0;
    /// [rows] which rows instead of those from firstRow on, or null. One outside of the matrix
    /// becomes zeros.
    const std::int64_t* index = nullptr;
    void* out = nullptr;  ///< [rows, K] of outType, on 16 bytes
    GemmType outType = GemmType::kBfloat16;
    std::int64_t outStride = 0;  ///< values, rows on 16 bytes
};

/// Rows of bf16 as e4m3, a scale for each: x = code * scale, scale = largest / 448.
struct CudaFp8Rows {
    const void* x = nullptr;  ///< [n, K] bf16, rows on 16 bytes
    std::int64_t rows = 0;    ///< n
    std::int64_t inputs = 0;  ///< K, a multiple of 16
    std::int64_t xStride = 0;
    void* codes = nullptr;    ///< [n, K] e4m3, on 16 bytes, without gaps
    float* scales = nullptr;  ///< [n]
};

/// Rows of an FP8 matrix as a product library wants them.
struct CudaFp8Codes {
    TiledMatrix weights;
    std::int64_t firstRow = 0, rows = 0;
    void* out = nullptr;  ///< [rows, K] e4m3, on 16 bytes, without gaps
};

#pragma GCC visibility push(default)
extern "C" {

/// Writes a source into rows firstRow.. of `to`, whose shape but for the outputs is
/// tiledShapeOf(*from) (for float32 scales that a narrower type holds exactly scaleType may be
/// that). Several sources make one joined matrix. Rows of the last tile behind the matrix become
/// zeros with its last source. A NaN among FP8 codes makes its group's scale NaN. Once, at loading.
Status reelqueryCudaRetile(const SourceMatrix* from, const TiledMatrix* to, std::int64_t firstRow,
                           CudaStream stream);

/// The products, summed in float32 over exact products of x and codes, scaled group by group and
/// rounded once. A row's result does not depend on the other rows nor on their number.
Status reelqueryCudaFewRows(const CudaFewRows* call, CudaStream stream);

/// The product of one row, summed in float32 and rounded once.
Status reelqueryCudaBf16Row(const CudaBf16Row* call, CudaStream stream);

/// One rounding to float32 an operation, in the order of the formats' formulas (float32 results
/// equal the reference bit for bit), then one to outType.
Status reelqueryCudaUnpack(const CudaUnpack* call, CudaStream stream);

/// A row of zeros gets scale 0; a NaN stays one, and an infinity makes its row NaN.
Status reelqueryCudaFp8Rows(const CudaFp8Rows* call, CudaStream stream);

/// The codes alone, in the order of the inputs.
Status reelqueryCudaFp8Codes(const CudaFp8Codes* call, CudaStream stream);

}  // extern "C"
#pragma GCC visibility pop

}  // namespace reelquery::kernels
