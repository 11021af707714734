// Pooled scores for every GPU since compute capability 8.0: the same product as the Hopper kernel,
// with cp.async copies and mma.sync. 128 x 128 pooled cells per block of threads, eight warps of
// 64 x 32; each warp's 32 columns are one tile of the partial sums, see Note [Partial block sums].

#include <algorithm>

#include "kernels/attn/portable.h"
#include "kernels/cuda/ampere.cuh"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/math.cuh"
#include "kernels/cuda/strided_heads.cuh"

namespace reelquery::kernels::cuda {

namespace {

constexpr int kTileRows = 128;
constexpr int kTileColumns = 128;
constexpr int kWarpRows = 64;
constexpr int kWarpColumns = 32;
constexpr int kThreads = 256;
constexpr int kStages = 3;             // of 32 KB: 96 KB, just inside the 99 KB of 8.6 and 12.0
constexpr int kTileBytes = 128 * 128;  // 128 rows of 64 numbers
constexpr int kStageBytes = 2 * kTileBytes;

// Starts copying 64 columns of the tokens slot, slot + S, ... of groups [first, first + 128), where
// token 0 of the tensor is token `shift` of the grid. Tokens outside [0, tokens) become zeros.
template <int S>
__device__ void copyGroups(std::uint32_t tile, const __nv_bfloat16* head, std::int64_t rowStride,
                           int firstGroup, int slot, int shift, int tokens) {
    const int piece = threadIdx.x % 8;
#pragma unroll
    for (int i = 0; i < 128 * 8 / kThreads; ++i) {
        const int row = i * (kThreads / 8) + static_cast<int>(threadIdx.x) / 8;
        const int token = (firstGroup + row) * S + slot - shift;
        const bool valid = token >= 0 && token < tokens;
        copy16(tile + swizzled(row, piece), head + (valid ? token : 0) * rowStride + piece * 8,
               valid);
    }
}

template <int S>
__device__ void writeBlockSums(const ScoreParams& p, float (&acc)[4][16], int head, int row0,
                               int column0, int lane) {
    constexpr int kBlocks = kWarpColumns * S / kBlockSize;
    constexpr int kPerBlock = 8 / kBlocks;  // values of one row and block in a thread
#pragma unroll
    for (int r = 0; r < 8; ++r) {
        const int row = row0 + r / 2 * 16 + r % 2 * 8;
        float values[8];
        float largest = -INFINITY;
#pragma unroll
        for (int i = 0; i < 8; ++i) {
            const int column = column0 + i / 2 * 8 + lane % 4 * 2 + i % 2;
            const bool seen = column < p.keyGroups && (!p.causal || column <= p.firstRow + row);
            values[i] = seen ? acc[r / 2][i / 2 * 4 + r % 2 * 2 + i % 2] : -INFINITY;
            largest = fmaxf(largest, values[i]);
        }
        largest = quadMax(largest) * p.scaleLog2;
        const float shift = largest == -INFINITY ? 0 : largest;
        float total = 0, own = 0;
#pragma unroll
        for (int b = 0; b < kBlocks; ++b) {
            float sum = 0;
#pragma unroll
            for (int n = 0; n < kPerBlock; ++n)
                sum += exp2Fast(fmaf(values[b * kPerBlock + n], p.scaleLog2, -shift));
            sum = quadSum(sum);
            total += sum;
            if (lane % 4 == b) own = sum;
        }
        if (row < p.sums.rows) {
            const std::int64_t line = static_cast<std::int64_t>(head) * p.sums.rows + row;
            const int tile = column0 / kWarpColumns;
            if (lane % 4 < kBlocks)
                p.sums.blocks[line * p.sums.blockPitch + tile * kBlocks + lane % 4] = own;
            if (lane % 4 == 0)
                p.sums.tiles[line * p.sums.tileCount + tile] = make_float2(largest, total);
        }
    }
}

template <int S>
__global__ void __launch_bounds__(kThreads, 1)
    scorePortable(const __grid_constant__ ScoreParams p, const StridedHeads q,
                  const StridedHeads k) {
    extern __shared__ __align__(1024) unsigned char raw[];
    const int column0 = blockIdx.x * kTileColumns;
    const int row0 = blockIdx.y * kTileRows;
    if (p.causal && column0 > p.firstRow + min(row0 + kTileRows, p.sums.rows) - 1) return;
    const int head = p.headBegin + blockIdx.z;
    const __nv_bfloat16* qHead = q.head(head);
    const __nv_bfloat16* kHead = k.head(head / p.headsPerKv);
    const auto base = static_cast<std::uint32_t>(__cvta_generic_to_shared(raw));
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const int warpRow = warp / 4 * kWarpRows, warpColumn = warp % 4 * kWarpColumns;
    const int panels = p.headDim / 64;
    const int steps = S * panels;

    const auto copyStep = [&](int step) {
        if (step < steps) {
            const int slot = step / panels, first = step % panels * 64;
            const std::uint32_t stage = base + step % kStages * kStageBytes;
            copyGroups<S>(stage, qHead + first, q.rowStride, p.firstRow + row0, p.order[slot],
                          p.queryOffset, p.queries);
            copyGroups<S>(stage + kTileBytes, kHead + first, k.rowStride, column0, slot, 0, p.keys);
        }
        copyCommit();
    };
    float acc[4][16] = {};
    for (int step = 0; step < kStages - 1; ++step) copyStep(step);
    for (int step = 0; step < steps; ++step) {
        copyWait<kStages - 2>();
        __syncthreads();
        copyStep(step + kStages - 1);
        const std::uint32_t qTile = base + step % kStages * kStageBytes;
        const std::uint32_t kTile = qTile + kTileBytes;
#pragma unroll
        for (int d = 0; d < 4; ++d) {
            std::uint32_t a[4][4];
#pragma unroll
            for (int m = 0; m < 4; ++m)
                loadMatrices(a[m],
                             qTile + swizzled(warpRow + m * 16 + lane % 16, d * 2 + lane / 16));
#pragma unroll
            for (int n = 0; n < 2; ++n) {
                std::uint32_t b[4];
                loadMatrices(b, kTile + swizzled(warpColumn + n * 16 + lane / 16 * 8 + lane % 8,
                                                 d * 2 + lane / 8 % 2));
#pragma unroll
                for (int m = 0; m < 4; ++m) {
                    multiply16x8x16(acc[m] + n * 8, a[m], b[0], b[1]);
                    multiply16x8x16(acc[m] + n * 8 + 4, a[m], b[2], b[3]);
                }
            }
        }
    }
    if (column0 + warpColumn < p.sums.tileCount * kWarpColumns)
        writeBlockSums<S>(p, acc, blockIdx.z, row0 + warpRow + lane / 4, column0 + warpColumn,
                          lane);
}

template <int S>
Status launch(const ScoreParams& p, const StridedHeads& q, const StridedHeads& k,
              cudaStream_t stream) {
    constexpr int kBytes = kStages * kStageBytes;
    if (!allowSharedMemory(scorePortable<S>, kBytes))
        return {StatusCode::kDevice, "the device refused the score kernel's shared memory"};
    const dim3 grid((p.keyGroups + kTileColumns - 1) / kTileColumns,
                    (p.sums.rows + kTileRows - 1) / kTileRows, p.headCount);
    scorePortable<S><<<grid, kThreads, kBytes, stream>>>(p, q, k);
    return launchStatus("the score kernel could not be launched");
}

}  // namespace

const void* scorePortableImage() {
    return reinterpret_cast<const void*>(scorePortable<16>);
}

int scoreTileColumnsPortable() {
    return kWarpColumns;
}

Status launchScorePortable(const ScoreParams& p, const HeadsView& q, const HeadsView& k, int stride,
                           cudaStream_t stream) {
    const StridedHeads queries = stridedHeads(q), keys = stridedHeads(k);
    switch (stride) {
        case 4:
            return launch<4>(p, queries, keys, stream);
        case 8:
            return launch<8>(p, queries, keys, stream);
        default:
            return launch<16>(p, queries, keys, stream);
    }
}

}  // namespace reelquery::kernels::cuda
