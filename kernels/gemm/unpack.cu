// Rows of a packed matrix as numbers.
//
// Bytes: the matrix read once, rows * K numbers written; in a product of many rows int4 to bf16
// moves 2.5 bytes a weight, 6.5e9 of which take 4 ms at 4.1 TB/s beside the 180 ms that their
// products with 8192 rows take. A warp writes 64 bytes of each of 16 rows at a time, its block 256
// values of K.

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <type_traits>

#include "kernels/cuda/launch.h"
#include "kernels/gemm/gemm_checks.h"
#include "kernels/gemm/gemm_images.h"
#include "kernels/gemm/tile_scales.cuh"

namespace reelquery::kernels {

namespace {

using namespace cuda;

constexpr int kWarps = 4;  // consecutive steps of a tile

struct UnpackParams {
    const std::uint32_t *codes, *high;
    ScalePlanes planes;
    const std::int64_t* index;  // or null
    void* out;
    std::int64_t outStride, firstRow, rows, outputs;
    std::int64_t firstTile;  // of the grid; with an index its first eight rows
    int inputs;
};

// An e4m3 byte. Its bits, set among a float's, are the number but for 2^120, subnormals included.
__device__ float floatOfFp8(std::uint32_t code) {
    if ((code & 0x7fu) == 0x7fu) return __uint_as_float(0x7fffffffu);
    return __uint_as_float((code & 0x80u) << 24 | (code & 0x7fu) << 20) * 0x1p120f;
}

// Code of value i of sub-block t.
template <TileCodes kCodes>
__device__ std::uint32_t codeOf(const std::uint32_t* words, const std::uint32_t* high, int t,
                                int i) {
    if constexpr (isByteCode(kCodes)) {
        return words[2 * t + i / 4] >> byteShift(i % 4) & 0xffu;
    } else {
        std::uint32_t code = words[t] >> nibbleShift(i) & 15u;
        if constexpr (highWords(kCodes) > 0)
            code |= (high[highWord(kCodes, t)] >> highShift(kCodes, t, i) &
                     (kCodes == TileCodes::kInt5 ? 1u : 3u))
                    << 4;
        return code;
    }
}

// What is taken from a code before it is scaled.
template <TileCodes kCodes, class Scales>
__device__ float zeroOf(const ScalePlanes& p, const Scales& scales, int h, int scale) {
    if constexpr (Scales::kHasMinimum) {
        return 0;
    } else {
        if constexpr (kCodes == TileCodes::kInt4 || kCodes == TileCodes::kInt8)
            if (p.hasZeros) return static_cast<float>(scales.zeros[h] >> (8 * scale) & 0xffu);
        return static_cast<float>(impliedZero(kCodes));
    }
}

template <class Out>
__device__ Out numberOf(float value) {
    if constexpr (std::is_same_v<Out, __nv_bfloat16>) {
        return __float2bfloat16(value);
    } else if constexpr (std::is_same_v<Out, __half>) {
        return __float2half(value);
    } else {
        return value;
    }
}

// kCount numbers that are written together.
template <class Out, int kCount>
struct alignas(kCount * sizeof(Out) < 16 ? kCount * sizeof(Out) : 16) Numbers {
    Out values[kCount];
};

// Writes kCount values of row `row` of the result from k on.
template <int kCount, class Out>
__device__ void store(const UnpackParams& p, std::int64_t row, int k, const Out* values) {
    Numbers<Out, kCount> piece;
#pragma unroll
    for (int i = 0; i < kCount; ++i) piece.values[i] = values[i];
    *reinterpret_cast<Numbers<Out, kCount>*>(static_cast<Out*>(p.out) + row * p.outStride + k) =
        piece;
}

// Zeros for a row that the matrix does not have.
template <class Out>
__device__ void storeZeros(const UnpackParams& p, std::int64_t row, int step, int column) {
    const Out zeros[8] = {numberOf<Out>(0), numberOf<Out>(0), numberOf<Out>(0), numberOf<Out>(0),
                          numberOf<Out>(0), numberOf<Out>(0), numberOf<Out>(0), numberOf<Out>(0)};
    for (int t = 0; t < kSubBlocks; ++t) {
        const int first = step * kStepValues + t * kSubValues;
        if (first < p.inputs) store<8>(p, row, first + column * 8, zeros);
    }
}

template <TileCodes kCodes, class Scales, class Out>
__global__ void __launch_bounds__(kWarps * 32) unpackTiles(const UnpackParams p) {
    constexpr int kWords = codeWords(kCodes), kHigh = highWords(kCodes);
    constexpr int kPer = Scales::kProductsPerScale;
    const int lane = static_cast<int>(threadIdx.x) % 32, quad = lane / 4, column = lane % 4;
    const int step = static_cast<int>(blockIdx.x) * kWarps + static_cast<int>(threadIdx.x) / 32;
    if (step >= p.planes.steps) return;
    // The rows of a tile, 8 apart; with an index the row asked for and its neighbour.
    const std::int64_t at = p.firstTile + blockIdx.y;
    std::int64_t row = at * kTileRows + quad, wanted = -1;
    if (p.index) {
        if (at * 8 + quad >= p.rows) return;
        wanted = p.index[at * 8 + quad];
        if (wanted < 0 || wanted >= p.outputs)
            return storeZeros<Out>(p, at * 8 + quad, step, column);
        row = wanted / kTileRows * kTileRows + wanted % 8;
    }
    std::uint32_t codes[2][kWords], high[2][kHigh > 0 ? kHigh : 1];
    Scales scales;
    scales.load(p.planes, Scales::at(p.planes, row), step);
#pragma unroll
    for (int h = 0; h < 2; ++h) {
#pragma unroll
        for (int piece = 0; piece < kWords / 4; ++piece)
            loadBytes<16>(
                &codes[h][piece * 4],
                p.codes + codeWordAt(kCodes, p.planes.steps, row + 8 * h, step, column, piece));
        if constexpr (kHigh > 0)
            loadBytes<kHigh * 4>(
                high[h], p.high + highWordAt(kCodes, p.planes.steps, row + 8 * h, step, column));
    }
#pragma unroll
    for (int h = 0; h < 2; ++h) {
        const std::int64_t n = p.index ? at * 8 + quad : row + 8 * h - p.firstRow;
        if (p.index ? row + 8 * h != wanted : n < 0 || n >= p.rows) continue;
#pragma unroll
        for (int t = 0; t < kSubBlocks; ++t) {
            const int first = step * kStepValues + t * kSubValues;
            if (first >= p.inputs) break;
            Out values[8];
#pragma unroll
            for (int i = 0; i < 8; ++i) {
                const int scale = (2 * t + i / 4) / kPer;  // i / 4: the product, where by halves
                const std::uint32_t code = codeOf<kCodes>(codes[h], high[h], t, i);
                const float factor = scales.scale(p.planes, h, scale, step);
                float value;
                if constexpr (kCodes == TileCodes::kFp8) {
                    value = __fmul_rn(floatOfFp8(code), factor);
                } else {
                    const float zero = zeroOf<kCodes>(p.planes, scales, h, scale);
                    value = __fmul_rn(static_cast<float>(code) - zero, factor);
                    if constexpr (Scales::kHasMinimum)
                        value = __fadd_rn(value, scales.minimum(h, scale, step));
                }
                values[i] = numberOf<Out>(value);
            }
            if constexpr (Scales::kByHalves) {
                store<4>(p, n, first + valueOf(column, 0, true), values);
                store<4>(p, n, first + valueOf(column, 4, true), values + 4);
            } else {
                store<8>(p, n, first + valueOf(column, 0, false), values);
            }
        }
    }
}

struct Launch {
    UnpackParams p;
    dim3 grid;
    GemmType type;
    cudaStream_t stream;

    template <TileCodes kCodes, class Scales>
    void run() const {
        if (type == GemmType::kBfloat16)
            unpackTiles<kCodes, Scales, __nv_bfloat16><<<grid, kWarps * 32, 0, stream>>>(p);
        else if (type == GemmType::kFloat16)
            unpackTiles<kCodes, Scales, __half><<<grid, kWarps * 32, 0, stream>>>(p);
        else
            unpackTiles<kCodes, Scales, float><<<grid, kWarps * 32, 0, stream>>>(p);
    }

    template <TileCodes kCodes>
    void runIntegers(const TiledShape& shape) const {
        if (shape.scaleType == ScaleType::kFloat32)
            return run<kCodes, GroupScales<kCodes, 1, true>>();
        switch (scalesPerStep(shape)) {
            case 1:
                return run<kCodes, GroupScales<kCodes, 1, false>>();
            case 2:
                return run<kCodes, GroupScales<kCodes, 2, false>>();
            default:
                return run<kCodes, GroupScales<kCodes, 4, false>>();
        }
    }
};

void runFormat(const TiledShape& s, const Launch& launch) {
    if (s.scales == TileScales::kBlocks16) return launch.run<TileCodes::kInt6, Block16Scales>();
    if (s.scales == TileScales::kBlocks32)
        return s.codes == TileCodes::kInt4 ? launch.run<TileCodes::kInt4, Block32Scales>()
                                           : launch.run<TileCodes::kInt5, Block32Scales>();
    if (s.scales == TileScales::kGroupMins)
        return s.codes == TileCodes::kInt4 ? launch.run<TileCodes::kInt4, MinScales>()
                                           : launch.run<TileCodes::kInt5, MinScales>();
    switch (s.codes) {
        case TileCodes::kInt4:
            return launch.runIntegers<TileCodes::kInt4>(s);
        case TileCodes::kInt8:
            return launch.runIntegers<TileCodes::kInt8>(s);
        case TileCodes::kFp8:
            return s.scaleType == ScaleType::kFloat32
                       ? launch.run<TileCodes::kFp8, GroupScales<TileCodes::kFp8, 1, true>>()
                       : launch.run<TileCodes::kFp8, GroupScales<TileCodes::kFp8, 1, false>>();
        default:
            return launch.run<TileCodes::kInt5, GroupScales<TileCodes::kInt5, 4, false>>();
    }
}

}  // namespace

const void* cuda::unpackImage() {
    return reinterpret_cast<const void*>(
        unpackTiles<TileCodes::kInt6, Block16Scales, __nv_bfloat16>);
}

Status reelqueryCudaUnpack(const CudaUnpack* call, CudaStream stream) {
    const CudaUnpack& c = *call;
    if (const Status status = checkUnpack(c); !status.ok()) return status;
    if (c.rows == 0) return {};
    const TiledShape& s = c.weights.shape;
    const TiledPlanes planes = planesOf(s);
    const auto* data = static_cast<const std::uint8_t*>(c.weights.data);
    const std::int64_t firstTile = c.index ? 0 : c.firstRow / kTileRows;
    const std::int64_t tiles =
        c.index ? (c.rows + 7) / 8 : (c.firstRow + c.rows - 1) / kTileRows - firstTile + 1;
    constexpr std::int64_t kMostTiles = 65535;  // of a grid's second side
    const auto stepBlocks = static_cast<unsigned>((stepsOf(s) + kWarps - 1) / kWarps);
    for (std::int64_t done = 0; done < tiles; done += kMostTiles) {
        const UnpackParams p{
            reinterpret_cast<const std::uint32_t*>(data + planes.codes),
            reinterpret_cast<const std::uint32_t*>(data + planes.high),
            {data + planes.scales, data + planes.seconds, stepsOf(s), scaleStepsOf(s), stepShift(s),
             s.scaleType == ScaleType::kBfloat16, s.hasZeros},
            c.index,
            c.out,
            c.outStride,
            c.firstRow,
            c.rows,
            s.outputs,
            firstTile + done,
            static_cast<int>(s.inputs)};
        const auto count =
            static_cast<unsigned>(tiles - done < kMostTiles ? tiles - done : kMostTiles);
        runFormat(s, {p, dim3(stepBlocks, count), c.outType, stream});
    }
    return launchStatus("a packed matrix could not be unpacked");
}

}  // namespace reelquery::kernels
