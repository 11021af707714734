// SwiGLU and QuickGELU, one pass: x * sigmoid(slope * x) * factor. Bytes: x and factor read, out
// written once.

#include <cuda_runtime.h>

#include "kernels/cuda/early_launch.h"
#include "kernels/cuda/early_start.cuh"
#include "kernels/cuda/math.cuh"
#include "kernels/rows/row_images.h"
#include "kernels/rows/row_piece.cuh"
#include "kernels/rows/row_steps_cuda.h"

namespace reelquery::kernels {

namespace {

using namespace cuda;

constexpr unsigned kThreads = 256;  // a usual size; nothing here depends on it

template <class T>
struct Params {
    const T *x, *factor;
    T* out;
    std::int64_t xStride, factorStride, outStride;
    float slope;
    unsigned pieces;  // of a row
    unsigned items;   // rows * pieces, one each thread
};

template <class T>
__device__ float gated(float x, float slope) {
    if constexpr (sizeof(T) == 2) {  // by the special function unit: errors far below 2^-9
        return __fdividef(x, 1 + exp2Fast(-kLog2E * slope * x));
    } else {
        return x / (1 + expf(-slope * x));
    }
}

template <class P>
__global__ void __launch_bounds__(kThreads) gateRows(const Params<typename P::Value> p) {
    letNextGridStart();
    waitForGridBefore();
    const unsigned item = blockIdx.x * kThreads + threadIdx.x;
    if (item >= p.items) return;
    const std::int64_t row = item / p.pieces;
    const std::int64_t column = std::int64_t{item % p.pieces} * P::kValues;
    P x = P::load(p.x + row * p.xStride + column), factor{};
    if (p.factor) factor = P::load(p.factor + row * p.factorStride + column);
#pragma unroll
    for (int i = 0; i < P::kValues; ++i) {
        const float value = gated<typename P::Value>(x.get(i), p.slope);
        x.set(i, p.factor ? value * factor.get(i) : value);
    }
    x.store(p.out + row * p.outStride + column);
}

}  // namespace

const void* cuda::gateImage() {
    return reinterpret_cast<const void*>(gateRows<Piece<float, 4>>);
}

Status reelqueryCudaGate(const CudaGate* call, CudaStream stream) {
    const CudaGate& c = *call;
    if (c.rows < 0 || c.width < 1 || !c.x || !c.out)
        return {StatusCode::kInvalidArgument, "a gate needs x and out"};
    if (c.rows == 0) return {};
    const bool isWide =
        isOnPieces(c.dtype, nullptr, c.width) && isOnPieces(c.dtype, c.x, c.xStride) &&
        isOnPieces(c.dtype, c.factor, c.factorStride) && isOnPieces(c.dtype, c.out, c.outStride);
    return withPiece(c.dtype, isWide, [&](auto piece) -> Status {
        using P = decltype(piece);
        using T = typename P::Value;
        const std::int64_t pieces = c.width / P::kValues, items = c.rows * pieces;
        if (items >= UINT32_MAX - kThreads)
            return {StatusCode::kUnsupported, "too many values for one gate"};
        const Params<T> p{static_cast<const T*>(c.x),
                          static_cast<const T*>(c.factor),
                          static_cast<T*>(c.out),
                          c.xStride,
                          c.factorStride,
                          c.outStride,
                          c.slope,
                          static_cast<unsigned>(pieces),
                          static_cast<unsigned>(items)};
        return launchEarly<gateRows<P>>(dim3((p.items + kThreads - 1) / kThreads), kThreads, 0,
                                        stream, "the gate could not be launched", p);
    });
}

}  // namespace reelquery::kernels
