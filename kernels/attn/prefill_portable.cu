// Prefill attention for every GPU since compute capability 8.0: cp.async copies, mma.sync products,
// four warps of 32 query rows, key blocks in halves of 64. The copy of V runs under the scores, the
// copy of the next K under the product with V.

#include <algorithm>

#include "kernels/attn/portable.h"
#include "kernels/attn/tile_walk.cuh"
#include "kernels/block_layout.h"
#include "kernels/cuda/ampere.cuh"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/math.cuh"

namespace reelquery::kernels::cuda {

namespace {

constexpr int kQueries = 128;  // rows per block of threads
constexpr int kKeys = 64;      // keys per step, half a key block
constexpr int kThreads = 128;

// Strides in elements.
struct Rows {
    const __nv_bfloat16* data;
    std::int64_t headStride;
    std::int64_t rowStride;
};

// Starts copying rows [first, first + kRows) of one head; rows outside [0, rowCount) become zeros.
// The tile lies in D/64 panels of kRows swizzled rows.
template <int D, int kRows>
__device__ void copyTile(std::uint32_t tile, const Rows& rows, int head, int first, int rowCount) {
    constexpr int kPieces = D / 8;
    constexpr int kRowStep = kThreads / kPieces;
    static_assert(kRowStep % 8 == 0, "the swizzle of a thread's rows must not change");
    const int row0 = static_cast<int>(threadIdx.x) / kPieces;
    const int piece = static_cast<int>(threadIdx.x) % kPieces;
    const __nv_bfloat16* base = rows.data + head * rows.headStride + piece * 8;
    const __nv_bfloat16* source = base + (first + row0) * rows.rowStride;
    const std::uint32_t destination = tile + piece / 8 * (kRows * 128) + swizzled(row0, piece % 8);
#pragma unroll
    for (int i = 0; i < kRows / kRowStep; ++i) {
        const int row = first + row0 + i * kRowStep;
        const bool valid = row >= 0 && row < rowCount;
        copy16(destination + i * kRowStep * 128, valid ? source : base, valid);
        source += kRowStep * rows.rowStride;
    }
}

template <int D, class Walk>
__global__ void __launch_bounds__(kThreads)
    prefillPortable(const PrefillParams p, const Rows qRows, const Rows kRows, const Rows vRows) {
    constexpr int kPanelQ = kQueries * 128, kPanelK = kKeys * 128;
    extern __shared__ __align__(1024) unsigned char raw[];
    const auto qTile = static_cast<std::uint32_t>(__cvta_generic_to_shared(raw));
    const std::uint32_t kTile = qTile + kQueries * D * 2;
    const std::uint32_t vTile = kTile + kKeys * D * 2;
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const QueryTile tile = tileAt(p, blockIdx.x);
    const int kvHead = tile.head / p.headsPerKv;
    const int firstQuery = tile.block * kQueries - p.rowsBeforeQuery;
    const Walk walk(p, tile, TileTurn{});
    const int steps = 2 * walk.count;  // halves, the upper one of a block first
    const auto firstKey = [&](int step) {
        return walk.column(step / 2) * kBlockSize + (step % 2 ? 0 : kKeys);
    };

    float o[2][D / 2] = {};  // two fragments of 16 rows
    float largest[4], sum[4] = {0, 0, 0, 0};
#pragma unroll
    for (float& value : largest) value = -INFINITY;

    if (steps > 0) {
        copyTile<D, kQueries>(qTile, qRows, tile.head, firstQuery, p.queries);
        copyTile<D, kKeys>(kTile, kRows, kvHead, firstKey(0), p.keys);
        copyCommit();
    }
    for (int step = 0; step < steps; ++step) {
        const int key0 = firstKey(step);
        copyWait<0>();
        __syncthreads();
        copyTile<D, kKeys>(vTile, vRows, kvHead, key0, p.keys);
        copyCommit();

        float s[2][kKeys / 2] = {};
#pragma unroll
        for (int d = 0; d < D / 16; ++d) {
            std::uint32_t a[2][4];
            const int piece = d % 4 * 2;
#pragma unroll
            for (int m = 0; m < 2; ++m)
                loadMatrices(a[m], qTile + d / 4 * kPanelQ +
                                       swizzled(warp * 32 + m * 16 + lane % 16, piece + lane / 16));
#pragma unroll
            for (int n = 0; n < kKeys / 16; ++n) {
                std::uint32_t b[4];
                loadMatrices(b,
                             kTile + d / 4 * kPanelK +
                                 swizzled(n * 16 + lane / 16 * 8 + lane % 8, piece + lane / 8 % 2));
#pragma unroll
                for (int m = 0; m < 2; ++m) {
                    multiply16x8x16(s[m] + n * 8, a[m], b[0], b[1]);
                    multiply16x8x16(s[m] + n * 8 + 4, a[m], b[2], b[3]);
                }
            }
        }

        if (step < 2) {  // only the first block holds keys that a row may not see
#pragma unroll
            for (int i = 0; i < kKeys; ++i) {
                const int m = i / (kKeys / 2), inside = i % (kKeys / 2);
                const int row = warp * 32 + m * 16 + lane / 4 + ((inside & 2) ? 8 : 0);
                const int position = (p.firstBlock + tile.block) * kBlockSize + row;
                const int limit = p.causal ? min(position + 1, p.keys) : p.keys;
                const int key = key0 + inside / 4 * 8 + lane % 4 * 2 + (inside & 1);
                if (key >= limit) s[m][inside] = -INFINITY;
            }
        }

        std::uint32_t probabilities[2][kKeys / 4];
#pragma unroll
        for (int r = 0; r < 4; ++r) {
            float(&row)[kKeys / 2] = s[r / 2];
            const int h = r % 2;
            float newest = largest[r];
#pragma unroll
            for (int j = 0; j < kKeys / 8; ++j)
                newest = fmaxf(newest, fmaxf(row[4 * j + 2 * h], row[4 * j + 2 * h + 1]));
            newest = quadMax(newest);
            const float shift = newest == -INFINITY ? 0 : newest * p.scaleLog2;
            const float scaleOld = exp2Fast(largest[r] * p.scaleLog2 - shift);
            largest[r] = newest;
            float add = 0;
#pragma unroll
            for (int j = 0; j < kKeys / 8; ++j) {
                const float a = exp2Fast(fmaf(row[4 * j + 2 * h], p.scaleLog2, -shift));
                const float b = exp2Fast(fmaf(row[4 * j + 2 * h + 1], p.scaleLog2, -shift));
                add += a + b;
                probabilities[r / 2][2 * j + h] = packBf16(a, b);
            }
            sum[r] = fmaf(sum[r], scaleOld, add);
#pragma unroll
            for (int j = 0; j < D / 8; ++j) {
                o[r / 2][4 * j + 2 * h] *= scaleOld;
                o[r / 2][4 * j + 2 * h + 1] *= scaleOld;
            }
        }

        copyWait<0>();
        __syncthreads();
        if (step + 1 < steps) {
            copyTile<D, kKeys>(kTile, kRows, kvHead, firstKey(step + 1), p.keys);
            copyCommit();
        }
#pragma unroll
        for (int n = 0; n < kKeys / 16; ++n) {
            std::uint32_t a[2][4];
#pragma unroll
            for (int m = 0; m < 2; ++m) {
#pragma unroll
                for (int i = 0; i < 4; ++i) a[m][i] = probabilities[m][4 * n + i];
            }
#pragma unroll
            for (int d = 0; d < D / 16; ++d) {
                std::uint32_t b[4];
                loadMatricesTransposed(b, vTile + d / 4 * kPanelK +
                                              swizzled(n * 16 + lane % 16, d % 4 * 2 + lane / 16));
#pragma unroll
                for (int m = 0; m < 2; ++m) {
                    multiply16x8x16(o[m] + d * 8, a[m], b[0], b[1]);
                    multiply16x8x16(o[m] + d * 8 + 4, a[m], b[2], b[3]);
                }
            }
        }
    }

    // Through the Q tile, so that rows leave in 16-byte pieces.
    unsigned char* staging = raw + warp * 32 * D * 2;
    __syncthreads();
#pragma unroll
    for (int r = 0; r < 4; ++r) {
        const float total = quadSum(sum[r]);
        const float inverse = total > 0 ? 1 / total : 0;
        const int row = r / 2 * 16 + r % 2 * 8 + lane / 4;
#pragma unroll
        for (int j = 0; j < D / 8; ++j)
            *reinterpret_cast<std::uint32_t*>(staging + row * D * 2 + ((j ^ (row & 7)) << 4) +
                                              lane % 4 * 4) =
                packBf16(o[r / 2][4 * j + 2 * (r % 2)] * inverse,
                         o[r / 2][4 * j + 2 * (r % 2) + 1] * inverse);
    }
    __syncwarp();
    constexpr int kPieces = D / 8;
    __nv_bfloat16* out = p.out + tile.head * p.outHeadStride;
    for (int i = lane; i < 32 * kPieces; i += 32) {
        const int row = i / kPieces, piece = i % kPieces;
        const int query = firstQuery + warp * 32 + row;
        if (query >= 0 && query < p.queries)
            *reinterpret_cast<uint4*>(out + query * p.outTokenStride + piece * 8) =
                *reinterpret_cast<const uint4*>(staging + row * D * 2 + ((piece ^ (row & 7)) << 4));
    }
}

template <int D, class Walk>
Status launch(const AttentionInputs& inputs, const PrefillParams& p, cudaStream_t stream) {
    constexpr int kBytes = (kQueries + 2 * kKeys) * D * 2;
    const auto kernel = prefillPortable<D, Walk>;
    if (!allowSharedMemory(kernel, kBytes))
        return {StatusCode::kDevice, "the device refused the attention kernel's shared memory"};
    const auto rows = [](const HeadsView& view) {
        return Rows{static_cast<const __nv_bfloat16*>(view.data), view.headStride,
                    view.tokenStride};
    };
    kernel<<<p.heads * p.queryBlocks, kThreads, kBytes, stream>>>(p, rows(inputs.q), rows(inputs.k),
                                                                  rows(inputs.v));
    return launchStatus("the attention kernel could not be launched");
}

}  // namespace

const void* prefillPortableImage() {
    return reinterpret_cast<const void*>(prefillPortable<128, DenseWalk>);
}

Status launchPrefillPortable(const AttentionInputs& inputs, const PrefillParams& p,
                             cudaStream_t stream) {
    if (inputs.shape.headDim == 128)
        return p.columns ? launch<128, ListWalk>(inputs, p, stream)
                         : launch<128, DenseWalk>(inputs, p, stream);
    return p.columns ? launch<64, ListWalk>(inputs, p, stream)
                     : launch<64, DenseWalk>(inputs, p, stream);
}

}  // namespace reelquery::kernels::cuda
