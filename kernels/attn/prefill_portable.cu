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
#include "kernels/cuda/strided_heads.cuh"

namespace reelquery::kernels::cuda {

namespace {

constexpr int kTileRows = 128;  // per block of threads
constexpr int kStepKeys = 64;  // half a key block: with D = 128 Q, K and V then take 64 KB, so that
                               // even the 100 KB of 8.6 and 12.0 hold a block of threads
constexpr int kThreads = 128;
static_assert(kTileRows == kPackedRows && kTileRows == kBlockSize);

// Starts copying rows [first, first + kRows) of one head; rows outside [0, rowCount) become zeros.
// The tile lies in D/64 panels of kRows swizzled rows.
template <int D, int kRows>
__device__ void copyTile(std::uint32_t tile, const StridedHeads& rows, int head, int first,
                         int rowCount) {
    constexpr int kPieces = D / 8;
    constexpr int kRowStep = kThreads / kPieces;
    static_assert(kRowStep % 8 == 0, "the swizzle of a thread's rows must not change");
    const int row0 = static_cast<int>(threadIdx.x) / kPieces;
    const int piece = static_cast<int>(threadIdx.x) % kPieces;
    const __nv_bfloat16* base = rows.head(head) + piece * 8;
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

// The same for a tile of packed rows: (query, head of the group) pairs.
template <int D>
__device__ void copyPackedRows(std::uint32_t tile, const StridedHeads& q, const PrefillParams& p,
                               RowTile rowTile) {
    constexpr int kPieces = D / 8;
    const int piece = static_cast<int>(threadIdx.x) % kPieces;
    const PackedTile packed = ShortWalk::rows(p, rowTile);
    for (int row = static_cast<int>(threadIdx.x) / kPieces; row < kTileRows;
         row += kThreads / kPieces) {
        const bool valid = row < packed.rows;
        const int query = valid ? packed.firstQuery + row / p.headsPerKv : 0;
        const int head = rowTile.head * p.headsPerKv + (valid ? row % p.headsPerKv : 0);
        copy16(tile + piece / 8 * (kTileRows * 128) + swizzled(row, piece % 8),
               q.head(head) + query * q.rowStride + piece * 8, valid);
    }
}

// Whether a value of the tile of V is NaN or Inf. Every thread gets the answer.
template <int D>
__device__ bool isSpoiled(const unsigned char* v) {
    const auto* words = reinterpret_cast<const uint4*>(v);
    bool found = false;
#pragma unroll
    for (int i = 0; i < kStepKeys * D * 2 / 16 / kThreads; ++i) {
        const uint4 four = words[i * kThreads + threadIdx.x];
        for (const std::uint32_t pair : {four.x, four.y, four.z, four.w}) {
            // All bits of the exponent set, in either half.
            found = found || (pair & 0x7f80u) == 0x7f80u || (pair & 0x7f800000u) == 0x7f800000u;
        }
    }
    return __syncthreads_or(found);
}

// o += P V of one warp over the keys that each row sees, where V holds NaN or Inf; the products
// would add 0 * V for hidden keys too. See Note [Values that are not finite] in
// kernels/cpu/tile_kernels.h. p: as fragments of 32 rows; staging: 16 * kStepKeys * 2 bytes of the
// warp's own; limits: keys of the step that the thread's four rows see.
template <int D>
__device__ void multiplySeen(float (&o)[2][D / 2], const std::uint32_t (&p)[2][kStepKeys / 4],
                             const unsigned char* v, unsigned char* staging, const int (&limits)[4],
                             int lane) {
    const int quad = lane % 4;
#pragma unroll
    for (int m = 0; m < 2; ++m) {
        __syncwarp();
#pragma unroll
        for (int i = 0; i < kStepKeys / 4; ++i)
            *reinterpret_cast<std::uint32_t*>(staging + (lane / 4 + i % 2 * 8) * kStepKeys * 2 +
                                              i / 2 * 16 + quad * 4) = p[m][i];
        __syncwarp();
        const auto* weights = reinterpret_cast<const __nv_bfloat16*>(staging);
#pragma unroll 1
        for (int key = 0; key < kStepKeys; ++key) {
#pragma unroll
            for (int h = 0; h < 2; ++h) {
                if (key >= limits[2 * m + h]) continue;
                const float weight =
                    __bfloat162float(weights[(lane / 4 + 8 * h) * kStepKeys + key]);
#pragma unroll
                for (int j = 0; j < D / 8; ++j) {
                    const float2 values =
                        __bfloat1622float2(*reinterpret_cast<const __nv_bfloat162*>(
                            v + j / 8 * (kStepKeys * 128) + swizzled(key, j % 8) + quad * 4));
                    float* sums = o[m] + 4 * j + 2 * h;
                    sums[0] = fmaf(weight, values.x, sums[0]);
                    sums[1] = fmaf(weight, values.y, sums[1]);
                }
            }
        }
    }
}

// Writes the 32 rows of one warp as a part of short prefill: sums as they are, and what they are
// relative to.
template <int D>
__device__ void storePart(const PrefillParams& p, const float (&o)[2][D / 2],
                          const float (&largest)[4], const float (&sum)[4], RowTile tile, int row0,
                          int lane) {
#pragma unroll
    for (int r = 0; r < 4; ++r) {
        const float total = quadSum(sum[r]);
        const int row = row0 + r / 2 * 16 + r % 2 * 8 + lane / 4;
        if (row >= ShortWalk::rows(p, tile).rows) continue;
        const std::int64_t at = ShortWalk::resultRow(p, tile, row);
        float* sums = p.split.parts.sums + at * D + lane % 4 * 2;
#pragma unroll
        for (int j = 0; j < D / 8; ++j)
            *reinterpret_cast<float2*>(sums + j * 8) =
                make_float2(o[r / 2][4 * j + 2 * (r % 2)], o[r / 2][4 * j + 2 * (r % 2) + 1]);
        if (lane % 4 == 0)
            p.split.parts.tops[at] =
                make_float2(total == 0 ? -INFINITY : largest[r] * p.scaleLog2, total);
    }
}

template <int D, class Walk>
__global__ void __launch_bounds__(kThreads)
    prefillPortable(const PrefillParams p, const StridedHeads qHeads, const StridedHeads kHeads,
                    const StridedHeads vHeads) {
    constexpr int kPanelQ = kTileRows * 128, kPanelK = kStepKeys * 128;
    extern __shared__ __align__(1024) unsigned char raw[];
    const auto qTile = static_cast<std::uint32_t>(__cvta_generic_to_shared(raw));
    const std::uint32_t kTile = qTile + kTileRows * D * 2;
    const std::uint32_t vTile = kTile + kStepKeys * D * 2;
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const RowTile tile = Walk::at(p, blockIdx.x);
    const int kvHead = Walk::kvHead(p, tile);
    const int firstQuery = tile.block * kTileRows - p.rowsBeforeQuery;  // not of packed rows
    const Walk walk(p, tile, TileTurn{});
    const int steps = 2 * walk.count;  // halves, the upper one of a block first
    const auto firstKey = [&](int step) {
        return walk.column(step / 2) * kBlockSize + (step % 2 ? 0 : kStepKeys);
    };

    // Rows of the tile that the thread holds values of: 0 and 1 in the first fragment of 16.
    const auto rowAt = [&](int r) { return warp * 32 + r / 2 * 16 + r % 2 * 8 + lane / 4; };
    float o[2][D / 2] = {};  // two fragments of 16 rows
    float largest[4], sum[4] = {0, 0, 0, 0};
#pragma unroll
    for (float& value : largest) value = -INFINITY;

    if (steps > 0) {
        if constexpr (Walk::kPacked)
            copyPackedRows<D>(qTile, qHeads, p, tile);
        else
            copyTile<D, kTileRows>(qTile, qHeads, tile.head, firstQuery, p.queries);
        copyTile<D, kStepKeys>(kTile, kHeads, kvHead, firstKey(0), p.keys);
        copyCommit();
    }
    for (int step = 0; step < steps; ++step) {
        const int key0 = firstKey(step);
        copyWait<0>();
        __syncthreads();
        copyTile<D, kStepKeys>(vTile, vHeads, kvHead, key0, p.keys);
        copyCommit();

        float s[2][kStepKeys / 2] = {};
#pragma unroll
        for (int d = 0; d < D / 16; ++d) {
            std::uint32_t a[2][4];
            const int piece = d % 4 * 2;
#pragma unroll
            for (int m = 0; m < 2; ++m)
                loadMatrices(a[m], qTile + d / 4 * kPanelQ +
                                       swizzled(warp * 32 + m * 16 + lane % 16, piece + lane / 16));
#pragma unroll
            for (int n = 0; n < kStepKeys / 16; ++n) {
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
            for (int i = 0; i < kStepKeys; ++i) {
                const int m = i / (kStepKeys / 2), inside = i % (kStepKeys / 2);
                const int key = key0 + inside / 4 * 8 + lane % 4 * 2 + (inside & 1);
                if (key >= Walk::limit(p, tile, rowAt(2 * m + (inside & 2) / 2)))
                    s[m][inside] = -INFINITY;
            }
        }

        std::uint32_t probabilities[2][kStepKeys / 4];
#pragma unroll
        for (int r = 0; r < 4; ++r) {
            float(&row)[kStepKeys / 2] = s[r / 2];
            const int h = r % 2;
            float newest = largest[r];
#pragma unroll
            for (int j = 0; j < kStepKeys / 8; ++j)
                newest = fmaxf(newest, fmaxf(row[4 * j + 2 * h], row[4 * j + 2 * h + 1]));
            newest = quadMax(newest);
            const float shift = newest == -INFINITY ? 0 : newest * p.scaleLog2;
            const float scaleOld = exp2Fast(largest[r] * p.scaleLog2 - shift);
            largest[r] = newest;
            float add = 0;
#pragma unroll
            for (int j = 0; j < kStepKeys / 8; ++j) {
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
        const unsigned char* values = raw + (vTile - qTile);
        const bool spoiled = step < 2 && isSpoiled<D>(values);
        if (spoiled) {  // in the place of K, which is not read any more
            int limits[4];
            for (int r = 0; r < 4; ++r) limits[r] = Walk::limit(p, tile, rowAt(r)) - key0;
            multiplySeen<D>(o, probabilities, values,
                            raw + (kTile - qTile) + warp * 16 * kStepKeys * 2, limits, lane);
            __syncthreads();
        }
        if (step + 1 < steps) {
            copyTile<D, kStepKeys>(kTile, kHeads, kvHead, firstKey(step + 1), p.keys);
            copyCommit();
        }
        if (spoiled) continue;
#pragma unroll
        for (int n = 0; n < kStepKeys / 16; ++n) {
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

    if constexpr (Walk::kPacked) {
        storePart<D>(p, o, largest, sum, tile, warp * 32, lane);
        return;
    }
    // Through the Q tile, so that rows leave in 16-byte pieces.
    unsigned char* staging = raw + warp * 32 * D * 2;
    __syncthreads();
#pragma unroll
    for (int r = 0; r < 4; ++r) {
        const float total = quadSum(sum[r]);
        const float inverse = total == 0 ? 0 : 1 / total;  // 0: the row saw nothing; NaN stays
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
    constexpr int kBytes = (kTileRows + 2 * kStepKeys) * D * 2;
    const auto kernel = prefillPortable<D, Walk>;
    if (!allowSharedMemory(kernel, kBytes))
        return {StatusCode::kDevice, "the device refused the attention kernel's shared memory"};
    const ShortPrefillPlan& plan = p.split.plan;
    const int tiles = Walk::kPacked ? p.heads / p.headsPerKv * plan.rowTiles * plan.slots
                                    : p.heads * p.queryBlocks;
    kernel<<<tiles, kThreads, kBytes, stream>>>(p, stridedHeads(inputs.q), stridedHeads(inputs.k),
                                                stridedHeads(inputs.v));
    return launchStatus("the attention kernel could not be launched");
}

}  // namespace

const void* prefillPortableImage() {
    return reinterpret_cast<const void*>(prefillPortable<128, DenseWalk>);
}

Status launchPrefillPortable(const AttentionInputs& inputs, const PrefillParams& p,
                             cudaStream_t stream) {
    if (p.split.plan.slots > 0)
        return inputs.shape.headDim == 128 ? launch<128, ShortWalk>(inputs, p, stream)
                                           : launch<64, ShortWalk>(inputs, p, stream);
    if (inputs.shape.headDim == 128)
        return p.columns ? launch<128, ListWalk>(inputs, p, stream)
                         : launch<128, DenseWalk>(inputs, p, stream);
    return p.columns ? launch<64, ListWalk>(inputs, p, stream)
                     : launch<64, DenseWalk>(inputs, p, stream);
}

}  // namespace reelquery::kernels::cuda
