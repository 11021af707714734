// FP8 products of many rows by a product library: x as e4m3 with a scale for each row, and the
// weights' codes as plain rows.
//
// Bytes: x read (its second reading comes from a cache: a row is at most 38 KB), half of it
// written; the codes read and written once.

#include <cuda_bf16.h>
#include <cuda_fp8.h>
#include <cuda_runtime.h>

#include <cmath>

#include "kernels/cuda/launch.h"
#include "kernels/gemm/gemm_checks.h"
#include "kernels/gemm/gemm_images.h"
#include "kernels/gemm/tile_scales.cuh"

namespace reelquery::kernels {

namespace {

using namespace cuda;

constexpr int kRowThreads = 256;
constexpr float kLargestFp8 = 448;
constexpr int kWarps = 4;  // consecutive steps of a tile

// The values of a register of two bf16.
__device__ float2 pairOf(std::uint32_t pair) {
    return make_float2(__uint_as_float(pair << 16), __uint_as_float(pair & 0xffff0000u));
}

// Two floats as e4m3, the first in the lower byte; NaN stays NaN.
__device__ std::uint32_t twoFp8(float first, float second) {
    return __nv_cvt_float2_to_fp8x2(make_float2(first, second), __NV_SATFINITE, __NV_E4M3);
}

// One block of threads a row; a thread takes every so many pieces of 16 values.
__global__ void __launch_bounds__(kRowThreads) fp8Rows(const CudaFp8Rows p) {
    __shared__ float partial[kRowThreads / 32];
    const std::int64_t row = blockIdx.x;
    const int thread = static_cast<int>(threadIdx.x), pieces = static_cast<int>(p.inputs / 16);
    const auto* x = static_cast<const __nv_bfloat16*>(p.x) + row * p.xStride;
    float largest = 0;
    for (int piece = thread; piece < pieces; piece += kRowThreads) {
        std::uint32_t words[8];
        loadBytes<16>(words, x + piece * 16);
        loadBytes<16>(words + 4, x + piece * 16 + 8);
#pragma unroll
        for (int i = 0; i < 8; ++i) {
            const float2 pair = pairOf(words[i]);
            largest = fmaxf(largest, fmaxf(fabsf(pair.x), fabsf(pair.y)));  // passes NaN over
        }
    }
    for (int step = 16; step > 0; step /= 2)
        largest = fmaxf(largest, __shfl_xor_sync(0xffffffffu, largest, step));
    if (thread % 32 == 0) partial[thread / 32] = largest;
    __syncthreads();
    for (int warp = 0; warp < kRowThreads / 32; ++warp) largest = fmaxf(largest, partial[warp]);

    // Below 2^-100 a row counts as zeros: its reciprocal would be infinite soon after.
    const bool isZero = largest < 0x1p-100f;
    const float factor = isZero ? 0 : kLargestFp8 / largest;
    if (thread == 0) p.scales[row] = isZero ? 0 : largest / kLargestFp8;
    auto* codes = static_cast<std::uint8_t*>(p.codes) + row * p.inputs;
    for (int piece = thread; piece < pieces; piece += kRowThreads) {
        std::uint32_t words[8], out[4];
        loadBytes<16>(words, x + piece * 16);
        loadBytes<16>(words + 4, x + piece * 16 + 8);
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            const float2 low = pairOf(words[2 * i]), high = pairOf(words[2 * i + 1]);
            out[i] = twoFp8(low.x * factor, low.y * factor) |
                     twoFp8(high.x * factor, high.y * factor) << 16;
        }
        *reinterpret_cast<uint4*>(codes + piece * 16) = make_uint4(out[0], out[1], out[2], out[3]);
    }
}

struct CodesParams {
    const std::uint32_t* codes;
    std::uint8_t* out;
    std::int64_t steps, firstTile, firstRow, rows;
    int inputs;
};

// A warp: one step of one tile, as in unpack.cu.
__global__ void __launch_bounds__(kWarps * 32) fp8Codes(const CodesParams p) {
    const int lane = static_cast<int>(threadIdx.x) % 32, quad = lane / 4, column = lane % 4;
    const int step = static_cast<int>(blockIdx.x) * kWarps + static_cast<int>(threadIdx.x) / 32;
    if (step >= p.steps) return;
    const std::int64_t row = (p.firstTile + blockIdx.y) * kTileRows + quad;
#pragma unroll
    for (int h = 0; h < 2; ++h) {
        const std::int64_t n = row + 8 * h - p.firstRow;
        if (n < 0 || n >= p.rows) continue;
        std::uint32_t words[8];
        for (int piece = 0; piece < 2; ++piece)
            loadBytes<16>(
                &words[piece * 4],
                p.codes + codeWordAt(TileCodes::kFp8, p.steps, row + 8 * h, step, column, piece));
#pragma unroll
        for (int t = 0; t < kSubBlocks; ++t) {
            const int first = step * kStepValues + t * kSubValues;
            if (first >= p.inputs) break;
            // Value i of a word lies in byte i / 2 + i % 2 * 2: bytes 0, 2, 1, 3.
            const uint2 both = make_uint2(__byte_perm(words[2 * t], 0, 0x3120),
                                          __byte_perm(words[2 * t + 1], 0, 0x3120));
            *reinterpret_cast<uint2*>(p.out + n * p.inputs + first + column * 8) = both;
        }
    }
}

}  // namespace

const void* cuda::fp8RowsImage() {
    return reinterpret_cast<const void*>(fp8Rows);
}

Status reelqueryCudaFp8Rows(const CudaFp8Rows* call, CudaStream stream) {
    if (const Status status = checkFp8Rows(*call); !status.ok()) return status;
    if (call->rows == 0) return {};
    fp8Rows<<<static_cast<unsigned>(call->rows), kRowThreads, 0, stream>>>(*call);
    return launchStatus("rows could not be made FP8");
}

Status reelqueryCudaFp8Codes(const CudaFp8Codes* call, CudaStream stream) {
    const CudaFp8Codes& c = *call;
    if (const Status status = checkFp8Codes(c); !status.ok()) return status;
    if (c.rows == 0) return {};
    const TiledShape& s = c.weights.shape;
    const auto* data = static_cast<const std::uint8_t*>(c.weights.data);
    const std::int64_t firstTile = c.firstRow / kTileRows;
    const std::int64_t tiles = (c.firstRow + c.rows - 1) / kTileRows - firstTile + 1;
    constexpr std::int64_t kMostTiles = 65535;  // of a grid's second side
    const auto stepBlocks = static_cast<unsigned>((stepsOf(s) + kWarps - 1) / kWarps);
    for (std::int64_t done = 0; done < tiles; done += kMostTiles) {
        const auto count =
            static_cast<unsigned>(tiles - done < kMostTiles ? tiles - done : kMostTiles);
        const CodesParams p{reinterpret_cast<const std::uint32_t*>(data + planesOf(s).codes),
                            static_cast<std::uint8_t*>(c.out),
                            stepsOf(s),
                            firstTile + done,
                            c.firstRow,
                            c.rows,
                            static_cast<int>(s.inputs)};
        fp8Codes<<<dim3(stepBlocks, count), kWarps * 32, 0, stream>>>(p);
    }
    return launchStatus("FP8 codes could not be copied");
}

}  // namespace reelquery::kernels
