#pragma once
// The steps between a transformer layer's matrix products on NVIDIA GPUs (compute capability 8.0
// and later): each reads and writes its rows once. bf16 or float32, computed in float32 and rounded
// once at the end.
// Symbols: n tokens (rows), D head dimension, W values of a row.
//
// Like attention_cuda.h these functions live in the shared library reelquery_cuda: C linkage,
// device memory only, everything on `stream` of the current device; no call allocates, waits or
// keeps state, so all of them can be captured into a graph. Any sizes and alignments are served;
// rows whose parts start on 16 bytes move in pieces of 16 bytes, others value by value. A call
// takes less than 2^32 pieces. Errors: kInvalidArgument, kUnsupported, kDevice. Thread: any.

#include <cstdint>

#include "kernels/attention_params.h"
#include "kernels/status.h"

struct CUstream_st;

namespace reelquery::kernels {

/// The runtime's cudaStream_t, named without its headers.
using CudaStream = CUstream_st*;

/// Rotary embedding of heads, half-split kind: values j and j + D/2 of a head turn by the token's
/// angle j. With a normWeight each head passes an RMS norm first (query and key norms), rounded to
/// the type as a norm apart rounds it. Half a head must be 1, 2, 4, 8, 16 or 32 pieces then, else
/// kUnsupported: on 16 bytes every D that is a power of two from 16 to 256 is, in both types.
struct CudaRotation {
    Dtype dtype = Dtype::kBfloat16;
    int heads = 0;
    int headDim = 0;                   ///< D, even
    std::int64_t tokens = 0;           ///< n
    HeadsView x;                       ///< [heads, n, D]
    MutableHeadsView out;              ///< [heads, n, D]: x itself, or memory apart from it
    const float* cos = nullptr;        ///< [n, D/2]
    const float* sin = nullptr;        ///< [n, D/2]
    const void* normWeight = nullptr;  ///< [D], or null: no norm
    float epsilon = 0;                 ///< of the norm
};

/// out = x * sigmoid(slope * x) * factor. Slope 1 with the second projection as factor is SwiGLU,
/// slope 1.702 without a factor QuickGELU.
struct CudaGate {
    Dtype dtype = Dtype::kBfloat16;
    std::int64_t rows = 0;
    std::int64_t width = 0;  ///< W
    float slope = 1;
    const void* x = nullptr;       ///< [rows, W], rows xStride values apart
    const void* factor = nullptr;  ///< [rows, W], or null for 1
    void* out = nullptr;           ///< [rows, W]: x itself, or memory apart from both
    std::int64_t xStride = 0, factorStride = 0, outStride = 0;
};

/// x += y, then out = norm(x) * weight + bias: a layer norm with a bias, an RMS norm without. The
/// norm reads x as it was rounded. All rows lie W values apart.
struct CudaNorm {
    Dtype dtype = Dtype::kBfloat16;
    std::int64_t rows = 0;
    std::int64_t width = 0;  ///< W, at most 2048 pieces
    float epsilon = 0;
    void* x = nullptr;             ///< [rows, W], written to where there is a y
    const void* y = nullptr;       ///< [rows, W], or null for 0
    const void* weight = nullptr;  ///< [W]
    const void* bias = nullptr;    ///< [W], or null
    void* out = nullptr;           ///< [rows, W], apart from x and y
};

#pragma GCC visibility push(default)
extern "C" {

Status reelqueryCudaRotate(const CudaRotation* call, CudaStream stream);
Status reelqueryCudaGate(const CudaGate* call, CudaStream stream);
Status reelqueryCudaNorm(const CudaNorm* call, CudaStream stream);

}  // extern "C"
#pragma GCC visibility pop

}  // namespace reelquery::kernels
