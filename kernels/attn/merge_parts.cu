// Merging of partial softmax sums. Bytes: parts * rows * (D + 2) * 4 read, rows * D * 2 written.

#include "kernels/attn/merge_parts.h"

#include "kernels/attn/split_kv.h"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/math.cuh"

namespace reelquery::kernels::cuda {

namespace {

// One block of threads per row: kThreads / D groups of threads each take every so many parts.
// Requires no more parts than threads.
template <int D, int kThreads>
__global__ void __launch_bounds__(kThreads) mergeParts(const MergeParams p) {
    constexpr int kGroups = kThreads / D;
    constexpr int kAtOnce = 16;  // loads in flight of a thread, begun before the shares are known
    __shared__ float shares[kThreads];
    __shared__ float values[kThreads];
    __shared__ float totals[kThreads];
    const int row = static_cast<int>(blockIdx.x), thread = static_cast<int>(threadIdx.x);
    const int column = thread % D, group = thread / D;
    const auto sumOf = [&](int part) {
        return p.parts.sums[(static_cast<std::int64_t>(part) * p.rows + row) * D + column];
    };
    float2 own = make_float2(-INFINITY, 0);
    if (thread < p.partCount) own = p.parts.tops[static_cast<std::int64_t>(thread) * p.rows + row];
    float early[kAtOnce];
#pragma unroll
    for (int i = 0; i < kAtOnce; ++i)
        early[i] = group + i * kGroups < p.partCount ? sumOf(group + i * kGroups) : 0;
    const int parts = p.partCount;
    totals[thread] = own.x;
    __syncthreads();
    for (int half = kThreads / 2; half > 0; half /= 2) {
        if (thread < half) totals[thread] = fmaxf(totals[thread], totals[thread + half]);
        __syncthreads();
    }
    const float top = totals[0];
    __syncthreads();
    const float share = own.x != -INFINITY ? exp2Fast(own.x - top) : 0;
    shares[thread] = share;
    totals[thread] = share * own.y;  // also 0 * NaN, where all of a part's scores are NaN
    __syncthreads();
    for (int half = kThreads / 2; half > 0; half /= 2) {
        if (thread < half) totals[thread] += totals[thread + half];
        __syncthreads();
    }
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
    for (int other = 1; other < kGroups; ++other) value += values[other * D + column];
    const float total = totals[0];
    const RowPlace place = rowPlace(row, p.queries, p.headsPerKv);
    // Zero only where nothing was seen: a NaN is not less, nor equal, nor more.
    p.out[place.head * p.outHeadStride + place.query * p.outTokenStride + column] =
        __float2bfloat16(total == 0 ? 0 : value / total);
}

template <int D>
Status launch(const MergeParams& p, cudaStream_t stream) {
    // A thread for each part; few parts are the rule, as there are rows enough for the device.
    const auto rows = static_cast<unsigned>(p.rows);
    if (p.partCount > 128)
        mergeParts<D, kMostParts><<<rows, kMostParts, 0, stream>>>(p);
    else
        mergeParts<D, 128><<<rows, 128, 0, stream>>>(p);
    return launchStatus("the parts could not be merged");
}

}  // namespace

const void* mergePartsImage() {
    return reinterpret_cast<const void*>(mergeParts<128, kMostParts>);
}

Status launchMergeParts(const MergeParams& p, cudaStream_t stream) {
    return p.headDim == 128 ? launch<128>(p, stream) : launch<64>(p, stream);
}

}  // namespace reelquery::kernels::cuda
