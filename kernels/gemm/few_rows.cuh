#pragma once
// y = x W^T + b for one to eight rows of x over packed weights, see Note [Tiles of packed weights].
// Bound by bytes: every code and scale is read once, by loads that bypass the first cache.
//
// Bytes: planesOf(shape).bytes, of int4 with float16 scales of 128 N * K * (4 + 16 / 128) / 8 (+ 8
// / 128 with zeros); x and y are less than a thousandth of that. FLOP: 2 * 8 * N * K, rows of x
// that are not there included, far below what the tensor cores do in that time. Instructions: about
// two a weight (int4) to three (Q4_K), at most half of what a processor of Hopper issues meanwhile.
//
// One block of threads a tile of 16 outputs. Its warps take the steps along K in turn, each keeps
// kAhead steps on their way in registers, and their sums meet in shared memory in the order of the
// warps: the same bits every time, and no second pass.

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

/// Where a lane finds step 0 of its first row, and its x.
struct LanePointers {
    const std::uint32_t *codes, *high;
    ScalePointers scales;
    const __nv_bfloat16* x;  // of the lane's row and first value; null where there is no such row
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

template <TileCodes kCodes, class Scales, int kAhead>
__global__ void __launch_bounds__(kMostWarps * 32) fewRows(const FewRowsParams p) {
    __shared__ float meeting[kMostWarps][kFewRows][kTileRows];
    letNextGridStart();
    const int thread = static_cast<int>(threadIdx.x), lane = thread % 32, warp = thread / 32;
    const int warps = static_cast<int>(blockDim.x) / 32, quad = lane / 4, column = lane % 4;
    const std::int64_t tile = blockIdx.x, row = tile * kTileRows + quad;
    const int steps = static_cast<int>(p.planes.steps);
    const LanePointers from{
        p.codes + codeWordAt(kCodes, steps, row, 0, column, 0),
        p.high + highWordAt(kCodes, steps, row, 0, column), Scales::at(p.planes, row),
        quad < p.rows ? p.x + quad * p.xStride + valueOf(column, 0, Scales::kByHalves) : nullptr};

    StepSlot<kCodes, Scales> slots[kAhead];
    float out[4] = {};
#pragma unroll
    for (int i = 0; i < kAhead; ++i)
        if (warp + i * warps < steps) slots[i].load(p.planes, from, warp + i * warps);
    waitForGridBefore();  // the weights are nobody's result, x is
    for (int first = warp; first < steps; first += kAhead * warps) {
#pragma unroll
        for (int i = 0; i < kAhead; ++i) {
            const int step = first + i * warps, next = step + kAhead * warps;
            if (step < steps) addStep(p, slots[i], from.x, step, out);
            if (next < steps) slots[i].load(p.planes, from, next);
        }
    }

#pragma unroll
    for (int i = 0; i < 4; ++i) meeting[warp][column * 2 + i % 2][quad + i / 2 * 8] = out[i];
    __syncthreads();
    const int outRow = thread / kTileRows;
    const std::int64_t n = tile * kTileRows + thread % kTileRows;
    if (outRow >= p.rows || n >= p.outputs) return;
    float value = 0;
    for (int w = 0; w < warps; ++w) value += meeting[w][outRow][thread % kTileRows];
    if (p.bias) value += readNumber(p.bias, p.biasType, n);
    writeNumber(p.out, p.outType, outRow * p.outStride + n, value);
}

template <TileCodes kCodes, class Scales, int kAhead>
Status launchFewRows(const FewRowsParams& p, int warps, cudaStream_t stream) {
    const auto tiles = static_cast<unsigned>((p.outputs + kTileRows - 1) / kTileRows);
    return launchEarly<fewRows<kCodes, Scales, kAhead>>(
        dim3(tiles), static_cast<unsigned>(warps * 32), 0, stream,
        "a product with packed weights could not be launched", p);
}

}  // namespace reelquery::kernels::cuda
