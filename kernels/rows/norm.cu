// Residual addition and the norm behind it, one pass: a block of threads holds one row. Bytes: x
// read, with a y also y read and x written; out written.

#include <cuda_runtime.h>

#include <algorithm>

#include "kernels/cuda/early_launch.h"
#include "kernels/cuda/early_start.cuh"
#include "kernels/rows/row_images.h"
#include "kernels/rows/row_piece.cuh"
#include "kernels/rows/row_steps_cuda.h"

namespace reelquery::kernels {

namespace {

using namespace cuda;

// A row of 7B, 3584 bf16 values, is 448 pieces of 16 bytes: 224 threads of two. Eight of a thread
// stay in registers and reach 16384 bf16 values.
constexpr int kMostThreads = 256;
constexpr int kMostPieces = 8;  // of a thread

template <class T>
struct Params {
    T* x;
    const T *y, *weight, *bias;
    T* out;
    int width;
    float epsilon;
};

/// Sum over the block. `partial` has a place for each warp; every thread gets the sum.
__device__ float blockSum(float value, float* partial) {
    for (int step = 16; step > 0; step /= 2) value += __shfl_xor_sync(0xffffffffu, value, step);
    const int warps = static_cast<int>(blockDim.x) / 32;
    __syncthreads();  // the places may still be read for the sum before
    if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = value;
    __syncthreads();
    float sum = 0;
    for (int warp = 0; warp < warps; ++warp) sum += partial[warp];
    return sum;
}

// N: pieces of each thread. The row stays in registers, so the variance is that of the centred
// values.
template <class P, int N>
__global__ void __launch_bounds__(kMostThreads) addNorm(const Params<typename P::Value> p) {
    constexpr int V = P::kValues;
    __shared__ float partial[kMostThreads / 32];
    const std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * p.width;
    const auto columnOf = [](int n) {
        return static_cast<int>(threadIdx.x + static_cast<unsigned>(n) * blockDim.x) * V;
    };
    letNextGridStart();
    P held[N], weight[N];
#pragma unroll
    for (int n = 0; n < N; ++n)
        if (columnOf(n) < p.width) weight[n] = P::load(p.weight + columnOf(n));
    waitForGridBefore();
    float sum = 0;
#pragma unroll
    for (int n = 0; n < N; ++n) {
        const int column = columnOf(n);
        if (column >= p.width) continue;
        held[n] = P::load(p.x + row + column);
        if (p.y) {
            const P y = P::load(p.y + row + column);
#pragma unroll
            for (int i = 0; i < V; ++i) held[n].set(i, held[n].get(i) + y.get(i));
            held[n].store(p.x + row + column);
        }
#pragma unroll
        for (int i = 0; i < V; ++i) sum += held[n].get(i);
    }
    const float mean = p.bias ? blockSum(sum, partial) / static_cast<float>(p.width) : 0;
    float squares = 0;
#pragma unroll
    for (int n = 0; n < N; ++n) {
        if (columnOf(n) >= p.width) continue;
#pragma unroll
        for (int i = 0; i < V; ++i) {
            const float off = held[n].get(i) - mean;
            squares = fmaf(off, off, squares);
        }
    }
    const float scale =
        rsqrtf(blockSum(squares, partial) / static_cast<float>(p.width) + p.epsilon);
#pragma unroll
    for (int n = 0; n < N; ++n) {
        const int column = columnOf(n);
        if (column >= p.width) continue;
        P bias{}, out;
        if (p.bias) bias = P::load(p.bias + column);
#pragma unroll
        for (int i = 0; i < V; ++i) {
            const float value = (held[n].get(i) - mean) * scale * weight[n].get(i);
            out.set(i, p.bias ? value + bias.get(i) : value);
        }
        out.store(p.out + row + column);
    }
}

template <class P, int N>
Status launch(const Params<typename P::Value>& p, std::int64_t rows, cudaStream_t stream) {
    const int pieces = p.width / P::kValues;
    const int threads = ((pieces + N - 1) / N + 31) / 32 * 32;
    return launchEarly<addNorm<P, N>>(dim3(static_cast<unsigned>(rows)),
                                      static_cast<unsigned>(threads), 0, stream,
                                      "the norm could not be launched", p);
}

}  // namespace

const void* cuda::normImage() {
    return reinterpret_cast<const void*>(addNorm<Piece<float, 4>, 1>);
}

Status reelqueryCudaNorm(const CudaNorm* call, CudaStream stream) {
    const CudaNorm& c = *call;
    if (c.rows < 0 || c.width < 1 || !c.x || !c.weight || !c.out)
        return {StatusCode::kInvalidArgument, "a norm needs x, weight and out"};
    if (c.rows == 0) return {};
    if (c.rows > INT32_MAX) return {StatusCode::kUnsupported, "too many rows for one norm"};
    bool isWide = isOnPieces(c.dtype, nullptr, c.width);
    for (const void* data :
         {static_cast<const void*>(c.x), c.y, c.weight, c.bias, static_cast<const void*>(c.out)})
        isWide = isWide && isOnPieces(c.dtype, data, 0);
    return withPiece(c.dtype, isWide, [&](auto piece) -> Status {
        using P = decltype(piece);
        using T = typename P::Value;
        const std::int64_t pieces = c.width / P::kValues;
        if (pieces > kMostThreads * kMostPieces)
            return {StatusCode::kUnsupported, "rows too long for the norm"};
        const Params<T> p{static_cast<T*>(c.x),
                          static_cast<const T*>(c.y),
                          static_cast<const T*>(c.weight),
                          static_cast<const T*>(c.bias),
                          static_cast<T*>(c.out),
                          static_cast<int>(c.width),
                          c.epsilon};
        if (pieces <= kMostThreads) return launch<P, 1>(p, c.rows, stream);
        if (pieces <= 2 * kMostThreads) return launch<P, 2>(p, c.rows, stream);
        if (pieces <= 4 * kMostThreads) return launch<P, 4>(p, c.rows, stream);
        return launch<P, kMostPieces>(p, c.rows, stream);
    });
}

}  // namespace reelquery::kernels
