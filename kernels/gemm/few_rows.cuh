#pragma once
// y = x W^T + b for one to eight rows of x over packed weights, see Note [Tiles of packed weights].
// Bound by bytes: every code and scale is read once, by loads that bypass the first cache.
//
// Bytes: planesOf(shape).bytes, of int4 with float16 scales of 128 N * K * (4 + 16 / 128) / 8 (+ 8
// / 128 with zeros); x and y are less than a thousandth of that. FLOP: 2 * 8 * N * K, rows of x
// that are not there included, far below what the tensor cores do in that time. Instructions: about
// two a weight (int4) to three (Q4_K), at most half of what a processor of Hopper issues meanwhile.
//
// One block of threads a multiprocessor, see Note [Streams of steps]. A warp keeps kAhead steps on
// their way in registers, 2 to 4 KB, so that a processor has some 64 KB under way where 35 KB fill
// memory's pipe.

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <cstdint>

#include "kernels/cuda/ampere.cuh"
#include "kernels/cuda/early_launch.h"
#include "kernels/cuda/early_start.cuh"
#include "kernels/gemm/few_rows.h"
#include "kernels/gemm/numbers.cuh"
#include "kernels/gemm/tile_scales.cuh"

namespace reelquery::kernels::cuda {

/// 16 bytes that nobody reads again. Volatile, or the compiler may move it behind the wait.
__device__ inline void loadStreamed(std::uint32_t* to, const std::uint32_t* from) {
    asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0, %1, %2, %3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "l"(from));
}

/// Where a lane finds step 0 of its first row of a tile.
struct LanePointers {
    const std::uint32_t *codes, *high;
    ScalePointers scales;
};

/// What a lane holds of one step: the codes and scales of two rows.
template <TileCodes kCodes, class Scales>
struct StepSlot {
    static constexpr int kWords = codeWords(kCodes), kHigh = highWords(kCodes);

    std::uint32_t codes[2][kWords];
    std::uint32_t high[2][kHigh > 0 ? kHigh : 1];
    Scales scales;

    __device__ void load(const ScalePlanes& planes, const LanePointers& lane, int step) {
        // A tile's codes end below 2^31 words: K is at most 2^20.
        const std::uint32_t* from =
            lane.codes + static_cast<unsigned>(step) * codeStepWords(kCodes);
#pragma unroll
        for (int h = 0; h < 2; ++h) {
#pragma unroll
            for (int piece = 0; piece < kWords / 4; ++piece)
                loadStreamed(&codes[h][piece * 4], from + (piece * 2 + h) * 128);
            if constexpr (kHigh > 0)
                loadBytes<kHigh * 4>(
                    high[h], lane.high + static_cast<unsigned>(step) * highStepWords(kCodes) +
                                 h * 32 * kHigh);
        }
        scales.load(planes, lane.scales, step);
    }
};

/// kBytes of x, which the grid before may have written: not through the read-only cache.
template <int kBytes>
__device__ inline void loadInput(std::uint32_t* to, const __nv_bfloat16* from) {
    if constexpr (kBytes == 8) {
        const uint2 words = *reinterpret_cast<const uint2*>(from);
        to[0] = words.x;
        to[1] = words.y;
    } else {
        const uint4 words = *reinterpret_cast<const uint4*>(from);
        to[0] = words.x;
        to[1] = words.y;
        to[2] = words.z;
        to[3] = words.w;
    }
}

/// The B operands of sub-block t: x of this lane's row and column, zeros where there is no such row
/// or value. b[2m] and b[2m + 1] belong to product m. x: of the step; left: values of K from there.
template <bool kByHalves>
__device__ inline void loadInputs(const __nv_bfloat16* x, int left, int t, std::uint32_t (&b)[4]) {
    b[0] = b[1] = b[2] = b[3] = 0;
    if (t * kSubValues >= left) return;
    if constexpr (kByHalves) {
        loadInput<8>(&b[0], x + t * kSubValues);
        loadInput<8>(&b[2], x + t * kSubValues + 16);
    } else {
        loadInput<16>(&b[0], x + t * kSubValues);
    }
}

/// Adds one step's products to out; the fragment's places are those of multiply16x8x16().
template <TileCodes kCodes, class Scales>
__device__ inline void addStep(const FewRowsParams& p, const StepSlot<kCodes, Scales>& slot,
                               const __nv_bfloat16* x, int step, float (&out)[4]) {
    constexpr int kPer = Scales::kProductsPerScale;
    const std::uint32_t ones[4] = {kOnes, kOnes, kOnes, kOnes};
    const int left = x ? p.inputs - step * kStepValues : 0;
    const __nv_bfloat16* ownX = x + static_cast<unsigned>(step) * kStepValues;
    float sums[4], inputs[4];  // inputs: of x alone, every row the same
#pragma unroll
    for (int t = 0; t < kSubBlocks; ++t) {
        std::uint32_t b[4], low[4], high[4];
        loadInputs<Scales::kByHalves>(ownX, left, t, b);
        const int first = 2 * t / kPer;  // its first scale
        expandCodes<kCodes>(slot.codes[0], slot.high[0], t, slot.scales.minus(p.planes, 0, first),
                            low);
        expandCodes<kCodes>(slot.codes[1], slot.high[1], t, slot.scales.minus(p.planes, 1, first),
                            high);
#pragma unroll
        for (int m = 0; m < 2; ++m) {
            const int product = 2 * t + m, scale = product / kPer;
            if (product % kPer == 0)
#pragma unroll
                for (int i = 0; i < 4; ++i) sums[i] = inputs[i] = 0;
            const std::uint32_t a[4] = {low[2 * m], high[2 * m], low[2 * m + 1], high[2 * m + 1]};
            multiply16x8x16(sums, a, b[2 * m], b[2 * m + 1]);
            if constexpr (Scales::kHasMinimum)
                multiply16x8x16(inputs, ones, b[2 * m], b[2 * m + 1]);
            if (product % kPer != kPer - 1) continue;
#pragma unroll
            for (int h = 0; h < 2; ++h) {
                const float factor = slot.scales.scale(p.planes, h, scale, step);
                out[2 * h] = fmaf(factor, sums[2 * h], out[2 * h]);
                out[2 * h + 1] = fmaf(factor, sums[2 * h + 1], out[2 * h + 1]);
                if constexpr (Scales::kHasMinimum) {
                    const float minimum = slot.scales.minimum(h, scale, step);
                    out[2 * h] = fmaf(minimum, inputs[2 * h], out[2 * h]);
                    out[2 * h + 1] = fmaf(minimum, inputs[2 * h + 1], out[2 * h + 1]);
                }
            }
        }
    }
}

/// Row xRow, output n.
__device__ inline void writeOutput(const FewRowsParams& p, int xRow, std::int64_t n, float value) {
    if (p.bias) value += readNumber(p.bias, p.biasType, n);
    writeNumber(p.out, p.outType, xRow * p.outStride + n, value);
}

/// A place in a block's stream of steps, see Note [Streams of steps].
struct StepPlace {
    int tile, step;

    /// To the next step; whether it is another tile's.
    __device__ bool advance(int steps) {
        if (++step < steps) return false;
        step = 0;
        ++tile;
        return true;
    }
};

/// The sums of a lane: rows `quad` and quad + 8 of a tile for x rows 2 column and 2 column + 1.
__device__ inline void writeSums(const FewRowsParams& p, int tile, int quad, int column,
                                 const float (&sums)[4]) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        const int xRow = column * 2 + i % 2;
        const std::int64_t n = std::int64_t{tile} * kTileRows + quad + i / 2 * 8;
        if (xRow < p.rows && n < p.outputs) writeOutput(p, xRow, n, sums[i]);
    }
}

template <TileCodes kCodes, class Scales, int kAhead>
__global__ void __launch_bounds__(kWarps * 32, 1) fewRows(const FewRowsParams p) {
    // Sums of tiles that a warp has not whole: of the tile that its run begins in, and of the one
    // that it ends in where that is another.
    __shared__ float parts[kWarps][2][kFewRows][kTileRows];
    letNextGridStart();
    const int thread = static_cast<int>(threadIdx.x), lane = thread % 32, warp = thread / 32;
    const int quad = lane / 4, column = lane % 4;
    const int steps = static_cast<int>(p.planes.steps);
    const BlockTiles own = tilesOfBlock(p.tilesOfBlock, p.moreTiles, static_cast<int>(blockIdx.x));
    const int total = own.count * steps, begin = firstStepOf(total, warp);
    const int count = firstStepOf(total, warp + 1) - begin;

    StepPlace at{own.first + begin / steps, begin % steps}, ahead = at;
    const int firstTile = at.tile;
    bool isFromStart = at.step == 0;  // of the tile
    const auto pointersTo = [&](int tile) {
        const std::int64_t row = std::int64_t{tile} * kTileRows + quad;
        return LanePointers{p.codes + codeWordAt(kCodes, steps, row, 0, column, 0),
                            p.high + highWordAt(kCodes, steps, row, 0, column),
                            Scales::at(p.planes, row)};
    };
    LanePointers from = pointersTo(ahead.tile);
    StepSlot<kCodes, Scales> slots[kAhead];
    const auto load = [&](StepSlot<kCodes, Scales>& slot, int number) {
        if (number >= count) return;
        slot.load(p.planes, from, ahead.step);
        if (ahead.advance(steps)) from = pointersTo(ahead.tile);
    };
#pragma unroll
    for (int i = 0; i < kAhead; ++i) load(slots[i], i);
    waitForGridBefore();  // the weights are nobody's result, x is

    const __nv_bfloat16* x =
        quad < p.rows ? p.x + quad * p.xStride + valueOf(column, 0, Scales::kByHalves) : nullptr;
    float out[4] = {};
    for (int first = 0; first < count; first += kAhead) {
#pragma unroll
        for (int i = 0; i < kAhead; ++i) {
            const int number = first + i;
            if (number >= count) break;
            addStep(p, slots[i], x, at.step, out);
            load(slots[i], number + kAhead);
            const int tile = at.tile;
            const bool isAtEnd = at.advance(steps);
            if (!isAtEnd && number + 1 < count) continue;
            if (isAtEnd && isFromStart) {
                writeSums(p, tile, quad, column, out);
            } else {
                auto& part = parts[warp][tile == firstTile ? 0 : 1];
#pragma unroll
                for (int j = 0; j < 4; ++j) part[column * 2 + j % 2][quad + j / 2 * 8] = out[j];
            }
            isFromStart = true;
#pragma unroll
            for (float& sum : out) sum = 0;
        }
    }

    __syncthreads();
    constexpr int kTileSums = kFewRows * kTileRows;
    for (int i = thread; i < own.count * kTileSums; i += kWarps * 32) {
        const int tile = i / kTileSums, xRow = i % kTileSums / kTileRows, row = i % kTileRows;
        const std::int64_t n = std::int64_t{own.first + tile} * kTileRows + row;
        const int firstWarp = warpOf(total, tile * steps);
        const int lastWarp = warpOf(total, tile * steps + steps - 1);
        if (firstWarp == lastWarp || xRow >= p.rows || n >= p.outputs) continue;
        float value = 0;
        for (int w = firstWarp; w <= lastWarp; ++w) {
            const int start = firstStepOf(total, w);
            if (start == firstStepOf(total, w + 1)) continue;  // fewer steps than warps
            value += parts[w][start < tile * steps ? 1 : 0][xRow][row];
        }
        writeOutput(p, xRow, n, value);
    }
}

template <TileCodes kCodes, class Scales, int kAhead>
Status launchFewRows(const FewRowsParams& p, int blocks, cudaStream_t stream) {
    return launchEarly<fewRows<kCodes, Scales, kAhead>>(
        dim3(static_cast<unsigned>(blocks)), kWarps * 32, 0, stream,
        "a product with packed weights could not be launched", p);
}

}  // namespace reelquery::kernels::cuda
