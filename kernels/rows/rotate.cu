// Rotary embedding, one pass, with the norm of queries and keys before it where a family has one.
// Bytes: every value of x read and written once; the angles (8 bytes for a pair of values and
// token, shared by all heads) and the norm's weights come from the caches.

#include <cuda_runtime.h>

#include "kernels/cuda/launch.h"
#include "kernels/rows/row_images.h"
#include "kernels/rows/row_piece.cuh"
#include "kernels/rows/row_steps_cuda.h"

namespace reelquery::kernels {

namespace {

using namespace cuda;

constexpr unsigned kThreads = 256;  // a usual size; nothing here depends on it
constexpr int kHeadsOfThread =
    4;  // share the thread's angles, and their loads are in flight at once

template <class T>
struct Params {
    const T* x;
    T* out;
    std::int64_t xHeadStride, xTokenStride, outHeadStride, outTokenStride;
    const float *cos, *sin;
    const T* normWeight;
    float epsilon;
    int heads, half;
    unsigned pieces;      // of half a head
    unsigned headGroups;  // of kHeadsOfThread
    unsigned items;       // tokens * headGroups * pieces, one each thread
};

/// Sum over the `lanes` neighbours that hold one head; lanes is a power of two, and the threads of
/// a head come and go together.
__device__ float sumOverHead(float value, unsigned lanes) {
    const unsigned first = threadIdx.x % 32 / lanes * lanes;
    const unsigned mask = (lanes == 32 ? 0xffffffffu : (1u << lanes) - 1) << first;
    for (unsigned step = lanes / 2; step > 0; step /= 2)
        value += __shfl_xor_sync(mask, value, static_cast<int>(step));
    return value;
}

/// RMS norm of a head whose two pieces this thread holds.
template <class P>
__device__ void normHead(const Params<typename P::Value>& p, P& low, P& high, const P& lowWeight,
                         const P& highWeight) {
    float squares = 0;
#pragma unroll
    for (int i = 0; i < P::kValues; ++i)
        squares = fmaf(low.get(i), low.get(i), fmaf(high.get(i), high.get(i), squares));
    const float mean = sumOverHead(squares, p.pieces) / static_cast<float>(2 * p.half);
    const float scale = rsqrtf(mean + p.epsilon);
#pragma unroll
    for (int i = 0; i < P::kValues; ++i) {
        low.set(i, low.get(i) * scale * lowWeight.get(i));
        high.set(i, high.get(i) * scale * highWeight.get(i));
    }
}

// Low and high halves are all read before the first is written, so out may be x.
template <class P, bool kNormed>
__global__ void __launch_bounds__(kThreads) rotateHeads(const Params<typename P::Value> p) {
    const unsigned item = blockIdx.x * kThreads + threadIdx.x;
    if (item >= p.items) return;
    const int column = static_cast<int>(item % p.pieces) * P::kValues;
    const int firstHead = static_cast<int>(item / p.pieces % p.headGroups) * kHeadsOfThread;
    const std::int64_t token = item / p.pieces / p.headGroups;
    float cos[P::kValues], sin[P::kValues];
    loadFloats(cos, p.cos + token * p.half + column);
    loadFloats(sin, p.sin + token * p.half + column);
    P low[kHeadsOfThread], high[kHeadsOfThread];
#pragma unroll
    for (int h = 0; h < kHeadsOfThread; ++h) {
        if (firstHead + h >= p.heads) break;
        const auto* from = p.x + (firstHead + h) * p.xHeadStride + token * p.xTokenStride + column;
        low[h] = P::load(from);
        high[h] = P::load(from + p.half);
    }
    [[maybe_unused]] P lowWeight, highWeight;
    if constexpr (kNormed) {
        lowWeight = P::load(p.normWeight + column);
        highWeight = P::load(p.normWeight + p.half + column);
    }
#pragma unroll
    for (int h = 0; h < kHeadsOfThread; ++h) {
        if (firstHead + h >= p.heads) break;
        if constexpr (kNormed) normHead(p, low[h], high[h], lowWeight, highWeight);
#pragma unroll
        for (int i = 0; i < P::kValues; ++i) {
            const float first = low[h].get(i), second = high[h].get(i);
            low[h].set(i, fmaf(-second, sin[i], first * cos[i]));
            high[h].set(i, fmaf(first, sin[i], second * cos[i]));
        }
        auto* to = p.out + (firstHead + h) * p.outHeadStride + token * p.outTokenStride + column;
        low[h].store(to);
        high[h].store(to + p.half);
    }
}

bool isOnPieces(Dtype dtype, const void* data, std::int64_t headStride, std::int64_t tokenStride) {
    return cuda::isOnPieces(dtype, data, headStride) && cuda::isOnPieces(dtype, data, tokenStride);
}

}  // namespace

const void* cuda::rotateImage() {
    return reinterpret_cast<const void*>(rotateHeads<Piece<float, 4>, false>);
}

Status reelqueryCudaRotate(const CudaRotation* call, CudaStream stream) {
    const CudaRotation& c = *call;
    if (c.heads < 1 || c.headDim < 2 || c.headDim % 2 != 0 || c.tokens < 0)
        return {StatusCode::kInvalidArgument, "a rotation needs heads of an even dimension"};
    if (!c.x.data || !c.out.data || !c.cos || !c.sin)
        return {StatusCode::kInvalidArgument, "a rotation needs x, out, cos and sin"};
    if (c.tokens == 0) return {};
    const int half = c.headDim / 2;
    // half % 8 also puts the angles of every token on 16 bytes.
    const bool isWide =
        half % 8 == 0 && isOnPieces(c.dtype, c.x.data, c.x.headStride, c.x.tokenStride) &&
        isOnPieces(c.dtype, c.out.data, c.out.headStride, c.out.tokenStride) &&
        cuda::isOnPieces(c.dtype, c.cos, 0) && cuda::isOnPieces(c.dtype, c.sin, 0) &&
        cuda::isOnPieces(c.dtype, c.normWeight, 0);
    return withPiece(c.dtype, isWide, [&](auto piece) -> Status {
        using P = decltype(piece);
        using T = typename P::Value;
        const int pieces = half / P::kValues;
        const int headGroups = (c.heads + kHeadsOfThread - 1) / kHeadsOfThread;
        if (c.normWeight && (pieces > 32 || (pieces & (pieces - 1)) != 0))
            return {StatusCode::kUnsupported,
                    "heads of this dimension or alignment are not normed in their rotation"};
        const std::int64_t items = c.tokens * headGroups * pieces;
        if (items >= UINT32_MAX - kThreads)
            return {StatusCode::kUnsupported, "too many values for one rotation"};
        const Params<T> p{static_cast<const T*>(c.x.data),
                          static_cast<T*>(c.out.data),
                          c.x.headStride,
                          c.x.tokenStride,
                          c.out.headStride,
                          c.out.tokenStride,
                          c.cos,
                          c.sin,
                          static_cast<const T*>(c.normWeight),
                          c.epsilon,
                          c.heads,
                          half,
                          static_cast<unsigned>(pieces),
                          static_cast<unsigned>(headGroups),
                          static_cast<unsigned>(items)};
        const unsigned blocks = (p.items + kThreads - 1) / kThreads;
        if (c.normWeight) {
            rotateHeads<P, true><<<blocks, kThreads, 0, stream>>>(p);
        } else {
            rotateHeads<P, false><<<blocks, kThreads, 0, stream>>>(p);
        }
        return launchStatus("the rotation could not be launched");
    });
}

}  // namespace reelquery::kernels
