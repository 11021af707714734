// Merging of partial softmax sums. Bytes: parts * rows * (D + 2) * 4 read, rows * D * 2 written.

#include "kernels/attn/merge_parts.h"

#include "kernels/attn/split_kv.h"
#include "kernels/cuda/early_launch.h"
#include "kernels/cuda/early_start.cuh"
#include "kernels/cuda/math.cuh"

namespace reelquery::kernels::cuda {

namespace {

constexpr int kColumns = 32;  // of a row, to a block of threads: four blocks share a row of 128,
                              // since a call has few rows and each is a chain over many parts

/// What every warp of a block knows of one row's parts: the largest top and the sum of weights.
template <int kThreads>
__device__ float2 meet(float2 own, float2* warps) {
    constexpr unsigned kAll = 0xffffffffu;
    float top = own.x;
#pragma unroll
    for (int step = 16; step > 0; step /= 2) top = fmaxf(top, __shfl_xor_sync(kAll, top, step));
    float total = own.x == -INFINITY ? 0 * own.y : exp2Fast(own.x - top) * own.y;
#pragma unroll
    for (int step = 16; step > 0; step /= 2) total += __shfl_xor_sync(kAll, total, step);
    const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
    if (lane == 0) warps[warp] = make_float2(top, total);
    __syncthreads();
    float2 all = warps[0];
    for (int other = 1; other < kThreads / 32; ++other) all.x = fmaxf(all.x, warps[other].x);
    all.y = 0;
    for (int other = 0; other < kThreads / 32; ++other) {
        const float2 one = warps[other];
        all.y += one.x == -INFINITY ? 0 * one.y : exp2Fast(one.x - all.x) * one.y;
    }
    return all;
}

// One block of threads per row and kColumns columns: kThreads / kColumns warps each take every so
// many parts. Requires no more parts than threads.
template <int D, int kThreads>
__global__ void __launch_bounds__(kThreads) mergeParts(const MergeParams p) {
    constexpr int kGroups = kThreads / kColumns;
    constexpr int kAtOnce = 8;  // loads in flight of a thread; a warp of 7B's decoding has 7 parts
    __shared__ float shares[kThreads];
    __shared__ float values[kThreads];
    __shared__ float2 warps[kThreads / 32];
    const int row = static_cast<int>(blockIdx.x), thread = static_cast<int>(threadIdx.x);
    const int column = thread % kColumns + static_cast<int>(blockIdx.y) * kColumns;
    const int group = thread / kColumns;
    letNextGridStart();
    waitForGridBefore();
    // Loaded before it is known which parts are in use: the others have anything in their place.
    const auto sumOf = [&](int part) {
        return p.parts.sums[(static_cast<std::int64_t>(part) * p.rows + row) * D + column];
    };
    float2 own = make_float2(-INFINITY, 0);
    if (thread < p.partCount) own = p.parts.tops[static_cast<std::int64_t>(thread) * p.rows + row];
    float early[kAtOnce];
#pragma unroll
    for (int i = 0; i < kAtOnce; ++i)
        early[i] = group + i * kGroups < p.partCount ? sumOf(group + i * kGroups) : 0;
    const int parts =
        p.held ? partsInUse(decodeSteps(*p.held, p.capacity), p.partCount) : p.partCount;
    if (thread >= parts) own = make_float2(-INFINITY, 0);
    // 0 * NaN is NaN: a part all of whose scores are NaN spoils the row, as it would in one pass.
    const float2 all = meet<kThreads>(own, warps);
    shares[thread] = own.x == -INFINITY ? 0 : exp2Fast(own.x - all.x);
    __syncthreads();
    float value = 0;
#pragma unroll
    for (int i = 0; i < kAtOnce; ++i)
        if (group + i * kGroups < parts) value = fmaf(shares[group + i * kGroups], early[i], value);
#pragma unroll kAtOnce
    for (int part = group + kAtOnce * kGroups; part < parts; part += kGroups)
        value = fmaf(shares[part], sumOf(part), value);
    values[thread] = value;
    __syncthreads();
    if (group > 0) return;
    for (int other = 1; other < kGroups; ++other) value += values[other * kColumns + thread];
    const RowPlace place = rowPlace(row, p.queries, p.headsPerKv);
    // Zero only where nothing was seen: a NaN is not less, nor equal, nor more.
    p.out[place.head * p.outHeadStride + place.query * p.outTokenStride + column] =
        __float2bfloat16(all.y == 0 ? 0 : value / all.y);
}

template <int D>
Status launch(const MergeParams& p, cudaStream_t stream) {
    // One row is a long chain over many parts when decoding, so more threads share it; a short
    // prefill has rows enough for the device and few parts.
    const dim3 grid(static_cast<unsigned>(p.rows), D / kColumns);
    constexpr const char* kRefused = "the parts could not be merged";
    if (p.held || p.partCount > 128)
        return launchEarly<mergeParts<D, kMostParts>>(grid, kMostParts, 0, stream, kRefused, p);
    return launchEarly<mergeParts<D, 128>>(grid, 128, 0, stream, kRefused, p);
}

}  // namespace

const void* mergePartsImage() {
    return reinterpret_cast<const void*>(mergeParts<128, kMostParts>);
}

Status launchMergeParts(const MergeParams& p, cudaStream_t stream) {
    return p.headDim == 128 ? launch<128>(p, stream) : launch<64>(p, stream);
}

}  // namespace reelquery::kernels::cuda
