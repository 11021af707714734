#pragma once
// What a warp of Hopper's prefill kernel does with the 16 rows that are its own: the softmax
// between the two products, and writing the rows. A thread holds values of two rows, lane/4 and 8
// further on, as wgmma.cuh describes.

#include "kernels/attn/prefill_params.h"
#include "kernels/attn/tile_walk.cuh"
#include "kernels/cuda/math.cuh"

namespace reelquery::kernels::cuda {

inline constexpr int kTile = 128;                // queries per block, keys per step
inline constexpr int kPanelBytes = kTile * 128;  // 128 rows of 64 columns, 128-byte swizzled

// Running maximum and sum of the two rows that a thread holds.
struct SoftmaxState {
    float largest[2] = {-INFINITY, -INFINITY};  // of the raw scores
    float sum[2] = {0, 0};                      // this thread's share
};

// Turns raw scores into exp2(scaleLog2 (s - max)). Returns whether a maximum of the warp's rows
// grew; only then scaleOld is set, to what older sums shrink by. (Skipping the multiplications by 1
// saves 5 % of the whole kernel. Letting maxima lag by a few bits saves no more than that and costs
// accuracy: the largest weight would no longer be exactly 1 in bf16.)
template <bool kFirst>
__device__ bool softmaxStep(float (&s)[64], SoftmaxState& state, float scaleLog2,
                            float (&scaleOld)[2]) {
    float largest[2];
#pragma unroll
    for (int h = 0; h < 2; ++h) {
        largest[h] = s[2 * h];
#pragma unroll
        for (int j = 0; j < 16; ++j)
            largest[h] = fmaxf(largest[h], fmaxf(s[4 * j + 2 * h], s[4 * j + 2 * h + 1]));
        largest[h] = quadMax(largest[h]);
    }
    const bool grown = !kFirst && __any_sync(0xffffffffu, largest[0] > state.largest[0] ||
                                                              largest[1] > state.largest[1]);
    if (kFirst) {
#pragma unroll
        for (int h = 0; h < 2; ++h)  // 0 for a row that sees nothing here
            state.largest[h] = largest[h] == -INFINITY ? 0 : largest[h];
    } else if (grown) {
#pragma unroll
        for (int h = 0; h < 2; ++h) {
            largest[h] = fmaxf(largest[h], state.largest[h]);
            scaleOld[h] = exp2Fast((state.largest[h] - largest[h]) * scaleLog2);
            state.largest[h] = largest[h];
            state.sum[h] *= scaleOld[h];
        }
    }
#pragma unroll
    for (int h = 0; h < 2; ++h) {
        const float shift = state.largest[h] * scaleLog2;
        float sum = 0;
#pragma unroll
        for (int j = 0; j < 16; ++j) {
            float& a = s[4 * j + 2 * h];
            float& b = s[4 * j + 2 * h + 1];
            a = exp2Fast(fmaf(a, scaleLog2, -shift));
            b = exp2Fast(fmaf(b, scaleLog2, -shift));
            sum += a + b;
        }
        state.sum[h] += sum;
    }
    return grown;
}

// The score fragment is laid out as the A operand of the next product, but for the type.
__device__ inline void packProbabilities(const float (&s)[64], std::uint32_t (&p)[32]) {
#pragma unroll
    for (int i = 0; i < 32; ++i) p[i] = packBf16(s[2 * i], s[2 * i + 1]);
}

// Hides the keys that a row does not see: past its own position, or past the last key.
__device__ inline void maskScores(float (&s)[64], int firstKey, int limit0, int limit1, int lane) {
#pragma unroll
    for (int i = 0; i < 64; ++i) {
        const int key = firstKey + (i / 4) * 8 + (lane % 4) * 2 + (i & 1);
        if (key >= ((i & 2) ? limit1 : limit0)) s[i] = -INFINITY;
    }
}

// Writes the 16 rows of one warp, through shared memory so that rows leave in 16-byte pieces.
// row0: the warp's first row in the tile.
template <int D>
__device__ void storeRows(const PrefillParams& p, unsigned char* staging, const float (&o)[D / 2],
                          float inverse0, float inverse1, RowTile tile, int row0, int lane) {
    unsigned char* rows = staging + row0 * D * 2;
    const int r = lane / 4;
#pragma unroll
    for (int j = 0; j < D / 8; ++j) {
        const int chunk = ((j ^ r) * 16) + (lane % 4) * 4;
        *reinterpret_cast<std::uint32_t*>(rows + r * D * 2 + chunk) =
            packBf16(o[4 * j] * inverse0, o[4 * j + 1] * inverse0);
        *reinterpret_cast<std::uint32_t*>(rows + (r + 8) * D * 2 + chunk) =
            packBf16(o[4 * j + 2] * inverse1, o[4 * j + 3] * inverse1);
    }
    __syncwarp();
    constexpr int kChunks = D / 8;  // 16-byte pieces of a row
    const int firstQuery = tile.block * kTile - p.rowsBeforeQuery + row0;
    __nv_bfloat16* out = p.out + tile.head * p.outHeadStride;
#pragma unroll
    for (int i = lane; i < 16 * kChunks; i += 32) {
        const int row = i / kChunks, chunk = i % kChunks;
        const uint4 piece =
            *reinterpret_cast<const uint4*>(rows + row * D * 2 + (chunk ^ (row % 8)) * 16);
        const int query = firstQuery + row;
        if (query >= 0 && query < p.queries)
            *reinterpret_cast<uint4*>(out + query * p.outTokenStride + chunk * 8) = piece;
    }
    __syncwarp();
}

// Writes the 16 rows of one warp as a part of short prefill: sums as they are, and what they are
// relative to. row0: the warp's first row in the tile.
template <int D>
__device__ void storePart(const PrefillParams& p, const float (&o)[D / 2],
                          const SoftmaxState& state, RowTile tile, int row0, int lane) {
#pragma unroll
    for (int h = 0; h < 2; ++h) {
        const int row = row0 + lane / 4 + 8 * h;
        const float sum = quadSum(state.sum[h]);
        if (row < ShortWalk::rows(p, tile).rows) {
            const std::int64_t at = ShortWalk::resultRow(p, tile, row);
            float* sums = p.split.parts.sums + at * D + lane % 4 * 2;
#pragma unroll
            for (int j = 0; j < D / 8; ++j)
                *reinterpret_cast<float2*>(sums + j * 8) =
                    make_float2(o[4 * j + 2 * h], o[4 * j + 2 * h + 1]);
            if (lane % 4 == 0)
                p.split.parts.tops[at] =
                    make_float2(sum == 0 ? -INFINITY : state.largest[h] * p.scaleLog2, sum);
        }
        // Without it the assembler takes the warp for divergent from here on, and every wgmma of
        // the mainloop builds its descriptors anew (52 instructions between eight products, not 5).
        __syncwarp();
    }
}

// Whether a value of the warp's 16 rows is NaN or Inf.
template <int kCount>
__device__ bool isSpoiled(const float (&o)[kCount]) {
    float probe[4] = {};  // four chains, as one would be 64 dependent steps
#pragma unroll
    for (int i = 0; i < kCount; ++i) probe[i % 4] = fmaf(o[i], 0.0f, probe[i % 4]);
    return __any_sync(0xffffffffu, !((probe[0] + probe[1]) + (probe[2] + probe[3]) == 0));
}

// o = P V of one warp over one block of keys, but of the keys that each row sees only: the products
// above also add 0 * V for hidden keys, which is NaN where V is NaN or Inf. Slow, for such a V. See
// Note [Values that are not finite] in kernels/cpu/tile_kernels.h. limit0, limit1: keys of the
// block that the thread's two rows see. staging: 16 * D * 2 bytes of the warp's own.
template <int D>
__device__ void multiplySeen(float (&o)[D / 2], const std::uint32_t (&p)[32],
                             const unsigned char* v, unsigned char* staging, int limit0, int limit1,
                             int lane) {
#pragma unroll
    for (float& value : o) value = 0;
    const int r = lane / 4, quad = lane % 4;
#pragma unroll
    for (int first = 0; first < kTile; first += D) {  // the weights of D keys fit the staging rows
        __syncwarp();
#pragma unroll
        for (int i = 0; i < D / 4; ++i)
            *reinterpret_cast<std::uint32_t*>(staging + (r + i % 2 * 8) * D * 2 + i / 2 * 16 +
                                              quad * 4) = p[first / 4 + i];
        __syncwarp();
        const auto* weights = reinterpret_cast<const __nv_bfloat16*>(staging);
#pragma unroll 1
        for (int i = 0; i < D; ++i) {
            const int key = first + i;
            const float weight0 = __bfloat162float(weights[r * D + i]);
            const float weight1 = __bfloat162float(weights[(r + 8) * D + i]);
#pragma unroll
            for (int j = 0; j < D / 8; ++j) {
                const auto pair = *reinterpret_cast<const __nv_bfloat162*>(
                    v + j / 8 * kPanelBytes + key * 128 + (j % 8 ^ key % 8) * 16 + quad * 4);
                const float2 values = __bfloat1622float2(pair);
                if (key < limit0) {
                    o[4 * j] = fmaf(weight0, values.x, o[4 * j]);
                    o[4 * j + 1] = fmaf(weight0, values.y, o[4 * j + 1]);
                }
                if (key < limit1) {
                    o[4 * j + 2] = fmaf(weight1, values.x, o[4 * j + 2]);
                    o[4 * j + 3] = fmaf(weight1, values.y, o[4 * j + 3]);
                }
            }
        }
    }
    __syncwarp();
}

}  // namespace reelquery::kernels::cuda
