#pragma once
// Double-precision oracles for the GPU kernels: one block of threads per row, plain loops.

#include <cuda_bf16.h>

#include <cstdint>

#include "kernels/block_layout.h"

namespace reelquery::test {

inline constexpr int kOracleThreads = 256;

__device__ inline double blockReduce(double value, bool takeMax) {
    __shared__ double scratch[kOracleThreads];
    scratch[threadIdx.x] = value;
    __syncthreads();
    for (int half = kOracleThreads / 2; half > 0; half /= 2) {
        if (threadIdx.x < half) {
            const double other = scratch[threadIdx.x + half];
            scratch[threadIdx.x] =
                takeMax ? fmax(scratch[threadIdx.x], other) : scratch[threadIdx.x] + other;
        }
        __syncthreads();
    }
    const double result = scratch[0];
    __syncthreads();
    return result;
}

__device__ inline double dot(const __nv_bfloat16* a, const __nv_bfloat16* b, int dim) {
    double sum = 0;
    for (int d = 0; d < dim; ++d)
        sum += static_cast<double>(__bfloat162float(a[d])) * __bfloat162float(b[d]);
    return sum;
}

__device__ inline const __nv_bfloat16* rowOf(const kernels::HeadsView& view, int head,
                                             long long token) {
    return static_cast<const __nv_bfloat16*>(view.data) + head * view.headStride +
           token * view.tokenStride;
}

/// Attention of sampled (head, query) pairs. keep: [Hq, NQ, NK] bytes, or null for every block.
/// exact: softmax in double. rounded: the same with the weights and the result rounded to bf16, as
/// every bf16 kernel does; its error is the yardstick. logits: [samples, Lk] scratch.
__global__ void attendRows(kernels::AttentionInputs in, const int2* samples,
                           const unsigned char* keep, int queryBlockCount, int keyBlockCount,
                           double* logits, double* exact, double* rounded) {
    const kernels::AttentionShape& s = in.shape;
    const int head = samples[blockIdx.x].x, query = samples[blockIdx.x].y;
    const int kvHead = head / (s.heads / s.kvHeads);
    const long long offset = s.causal ? s.keys - s.queries : 0;
    const long long position = offset + query;
    const long long visible = s.causal ? position + 1 : s.keys;
    const long long block = position / 128 - offset / 128;
    const unsigned char* kept =
        keep ? keep + (static_cast<long long>(head) * queryBlockCount + block) * keyBlockCount
             : nullptr;
    double* row = logits + blockIdx.x * s.keys;
    double largest = -INFINITY;
    for (long long key = threadIdx.x; key < visible; key += kOracleThreads) {
        const bool seen = !kept || kept[key / 128];
        row[key] =
            seen ? s.scale * dot(rowOf(in.q, head, query), rowOf(in.k, kvHead, key), s.headDim)
                 : -INFINITY;
        largest = fmax(largest, row[key]);
    }
    largest = blockReduce(largest, true);
    double sum = 0;
    for (long long key = threadIdx.x; key < visible; key += kOracleThreads) {
        row[key] = largest == -INFINITY ? 0 : exp(row[key] - largest);
        sum += row[key];
    }
    sum = blockReduce(sum, false);
    for (int d = threadIdx.x; d < s.headDim; d += kOracleThreads) {
        double fine = 0, coarse = 0;
        for (long long key = 0; key < visible; ++key) {
            if (row[key] == 0) continue;
            const double v = __bfloat162float(rowOf(in.v, kvHead, key)[d]);
            fine += row[key] * v;
            coarse += __bfloat162float(__float2bfloat16(static_cast<float>(row[key]))) * v;
        }
        const double total = sum > 0 ? sum : 1;
        exact[blockIdx.x * s.headDim + d] = fine / total;
        rounded[blockIdx.x * s.headDim + d] =
            __bfloat162float(__float2bfloat16(static_cast<float>(coarse / total)));
    }
}

/// Block masses of one pooled row per block of threads (x: pooled row of the call, y: head), added
/// up in mass [Hq, NQ, NK]. order: query slot that meets key slot t. cells: [rows, groups] scratch
/// of one head at a time per y.
__global__ void scoreRows(kernels::AttentionInputs in, int stride, const int* order,
                          long long firstGroup, int queryBlockCount, int keyBlockCount,
                          double* cells, double* mass) {
    const kernels::AttentionShape& s = in.shape;
    const int head = blockIdx.y, kvHead = head / (s.heads / s.kvHeads);
    const long long offset = s.causal ? s.keys - s.queries : 0;
    const long long group = firstGroup + blockIdx.x;
    const long long keyGroups = (s.keys + stride - 1) / stride;
    const long long visible = s.causal ? min(group + 1, keyGroups) : keyGroups;
    double* row = cells + (static_cast<long long>(blockIdx.y) * gridDim.x + blockIdx.x) * keyGroups;
    double largest = -INFINITY;
    for (long long j = threadIdx.x; j < visible; j += kOracleThreads) {
        double sum = 0;
        for (int t = 0; t < stride; ++t) {
            const long long query = group * stride + order[t] - offset, key = j * stride + t;
            if (query < 0 || query >= s.queries || key >= s.keys) continue;
            sum += dot(rowOf(in.q, head, query), rowOf(in.k, kvHead, key), s.headDim);
        }
        row[j] = sum * s.scale / stride;
        largest = fmax(largest, row[j]);
    }
    largest = blockReduce(largest, true);
    double sum = 0;
    for (long long j = threadIdx.x; j < visible; j += kOracleThreads) sum += exp(row[j] - largest);
    sum = blockReduce(sum, false);
    const long long block = group * stride / 128 - offset / 128;
    double* out = mass + (static_cast<long long>(head) * queryBlockCount + block) * keyBlockCount;
    for (long long j = threadIdx.x; j < visible; j += kOracleThreads)
        atomicAdd(out + j * stride / 128, exp(row[j] - largest) / sum);
}

}  // namespace reelquery::test
