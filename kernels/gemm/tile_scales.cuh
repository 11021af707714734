#pragma once
// The scales of two rows (8 apart) of a tile for one step: loaded early as they lie, read later.
// One class for each kind of scale, all with the same members.

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>

#include "kernels/gemm/code_words.cuh"
#include "kernels/gemm/tiled_matrix.h"

namespace reelquery::kernels::cuda {

/// What the scales of a matrix are read from.
struct ScalePlanes {
    const void* scales;
    const void* seconds;
    std::int64_t steps;
    std::int64_t scaleSteps;
    int stepShift;
    bool isBfloat16;  // of 16-bit scales
    bool hasZeros;
};

__device__ inline float floatOfHalf(std::uint32_t bits) {
    return __half2float(__ushort_as_half(static_cast<unsigned short>(bits)));
}

/// kBytes (1 to 16) that start on their own size, as words; the first byte lowest.
template <int kBytes>
__device__ inline void loadBytes(std::uint32_t* to, const void* from) {
    if constexpr (kBytes == 1) {
        to[0] = __ldg(static_cast<const unsigned char*>(from));
    } else if constexpr (kBytes == 2) {
        to[0] = __ldg(static_cast<const unsigned short*>(from));
    } else if constexpr (kBytes == 4) {
        to[0] = __ldg(static_cast<const unsigned*>(from));
    } else if constexpr (kBytes == 8) {
        const uint2 words = __ldg(static_cast<const uint2*>(from));
        to[0] = words.x;
        to[1] = words.y;
    } else {
        static_assert(kBytes == 16);
        const uint4 words = __ldg(static_cast<const uint4*>(from));
        to[0] = words.x;
        to[1] = words.y;
        to[2] = words.z;
        to[3] = words.w;
    }
}

/// Where a lane finds the scales of its first row; the second's lie 8 records further on.
struct ScalePointers {
    const char* scales;
    const char* seconds;
};

/// kGroups: kPerStep scales a step, 16 bits each or (kWide) a float.
template <TileCodes kCodes, int kPerStep, bool kWide>
struct GroupScales {
    static constexpr int kProductsPerScale = 8 / kPerStep;  // of 16 values
    static constexpr bool kHasMinimum = false;
    static constexpr bool kByHalves = false;
    static constexpr int kBytes = kPerStep * (kWide ? 4 : 2);
    static constexpr bool kMayHaveZeros = kCodes == TileCodes::kInt4 || kCodes == TileCodes::kInt8;

    std::uint32_t words[2][(kBytes + 3) / 4];
    std::uint32_t zeros[2];

    __device__ static ScalePointers at(const ScalePlanes& p, std::int64_t row) {
        const std::int64_t first = scaleAt(p.scaleSteps, p.stepShift, kPerStep, row, 0);
        return {static_cast<const char*>(p.scales) + first * (kWide ? 4 : 2),
                static_cast<const char*>(p.seconds) + first};
    }

    __device__ void load(const ScalePlanes& p, const ScalePointers& from, int step) {
        const unsigned record = static_cast<unsigned>(step >> p.stepShift) * kTileRows;
        const char* own = from.scales + record * kBytes;
        loadBytes<kBytes>(words[0], own);
        loadBytes<kBytes>(words[1], own + 8 * kBytes);
        if constexpr (kMayHaveZeros)
            if (p.hasZeros) {
                const char* ownZeros = from.seconds + record * kPerStep;
                loadBytes<kPerStep>(&zeros[0], ownZeros);
                loadBytes<kPerStep>(&zeros[1], ownZeros + 8 * kPerStep);
            }
    }

    /// What expandCodes() subtracts for scale i.
    __device__ std::uint32_t minus(const ScalePlanes& p, int h, int i) const {
        if constexpr (kMayHaveZeros) {
            if (p.hasZeros) {
                const std::uint32_t zero = zeros[h] >> (8 * i) & 0xffu;
                return kCodes == TileCodes::kInt4 ? minusZero(zero) : minusByteZero(zero);
            }
        }
        return kCodes == TileCodes::kInt8 ? 0 : minusZero(impliedZero(kCodes));
    }

    __device__ float scale(const ScalePlanes& p, int h, int i, int) const {
        if constexpr (kWide) return __uint_as_float(words[h][i]);
        const std::uint32_t bits = words[h][i / 2] >> (16 * (i % 2)) & 0xffffu;
        return p.isBfloat16 ? __uint_as_float(bits << 16) : floatOfHalf(bits);
    }

    __device__ float minimum(int, int, int) const { return 0; }
};

/// kGroupMins: (d, m) of float16 for every 32 values.
struct MinScales {
    static constexpr int kProductsPerScale = 2;
    static constexpr bool kHasMinimum = true;
    static constexpr bool kByHalves = false;

    std::uint32_t words[2][4];

    __device__ static ScalePointers at(const ScalePlanes& p, std::int64_t row) {
        return {static_cast<const char*>(p.scales) + scaleAt(p.scaleSteps, 0, 4, row, 0) * 4,
                nullptr};
    }

    __device__ void load(const ScalePlanes&, const ScalePointers& from, int step) {
        const char* own = from.scales + static_cast<unsigned>(step) * (kTileRows * 16);
        loadBytes<16>(words[0], own);
        loadBytes<16>(words[1], own + 8 * 16);
    }

    __device__ std::uint32_t minus(const ScalePlanes&, int, int) const { return minusZero(0); }

    __device__ float scale(const ScalePlanes&, int h, int i, int) const {
        return floatOfHalf(words[h][i] & 0xffffu);
    }

    __device__ float minimum(int h, int i, int) const { return floatOfHalf(words[h][i] >> 16); }
};

/// kBlocks32: the 16 bytes that begin a block of Q4_K or Q5_K: d, dmin, eight (sc, m) of six bits.
struct Block32Scales {
    static constexpr int kProductsPerScale = 2;
    static constexpr bool kHasMinimum = true;
    static constexpr bool kByHalves = false;

    std::uint32_t words[2][4];

    __device__ static ScalePointers at(const ScalePlanes& p, std::int64_t row) {
        return {static_cast<const char*>(p.scales) + recordAt(p.steps / 2, row, 0) * 16, nullptr};
    }

    __device__ void load(const ScalePlanes&, const ScalePointers& from, int step) {
        const char* own = from.scales + static_cast<unsigned>(step) / 2 * (kTileRows * 16);
        loadBytes<16>(words[0], own);
        loadBytes<16>(words[1], own + 8 * 16);
    }

    __device__ std::uint32_t minus(const ScalePlanes&, int, int) const { return minusZero(0); }

    /// d * sc of sub-block 4 * (step % 2) + i.
    __device__ float scale(const ScalePlanes&, int h, int i, int step) const {
        const std::uint32_t* w = words[h];
        const std::uint32_t four =
            step % 2 == 0 ? w[1] & 0x3f3f3f3fu : (w[3] & 0x0f0f0f0fu) | (w[1] >> 2 & 0x30303030u);
        return __fmul_rn(floatOfHalf(w[0] & 0xffffu), static_cast<float>(four >> (8 * i) & 0xffu));
    }

    /// -dmin * m of the same.
    __device__ float minimum(int h, int i, int step) const {
        const std::uint32_t* w = words[h];
        const std::uint32_t four = step % 2 == 0
                                       ? w[2] & 0x3f3f3f3fu
                                       : (w[3] >> 4 & 0x0f0f0f0fu) | (w[2] >> 2 & 0x30303030u);
        return -__fmul_rn(floatOfHalf(w[0] >> 16), static_cast<float>(four >> (8 * i) & 0xffu));
    }
};

/// kBlocks16: eight signed bytes a step, and d of the block.
struct Block16Scales {
    static constexpr int kProductsPerScale = 1;
    static constexpr bool kHasMinimum = false;
    static constexpr bool kByHalves = true;

    std::uint32_t words[2][2];
    std::uint32_t d[2];

    __device__ static ScalePointers at(const ScalePlanes& p, std::int64_t row) {
        return {static_cast<const char*>(p.scales) + recordAt(p.steps, row, 0) * 8,
                static_cast<const char*>(p.seconds) + recordAt(p.steps / 2, row, 0) * 2};
    }

    __device__ void load(const ScalePlanes&, const ScalePointers& from, int step) {
        const char* own = from.scales + static_cast<unsigned>(step) * (kTileRows * 8);
        loadBytes<8>(words[0], own);
        loadBytes<8>(words[1], own + 8 * 8);
        const char* ownD = from.seconds + static_cast<unsigned>(step) / 2 * (kTileRows * 2);
        loadBytes<2>(&d[0], ownD);
        loadBytes<2>(&d[1], ownD + 8 * 2);
    }

    __device__ std::uint32_t minus(const ScalePlanes&, int, int) const {
        return minusZero(impliedZero(TileCodes::kInt6));
    }

    __device__ float scale(const ScalePlanes&, int h, int i, int) const {
        const auto byte = static_cast<signed char>(words[h][i / 4] >> (8 * (i % 4)) & 0xffu);
        return __fmul_rn(floatOfHalf(d[h]), static_cast<float>(byte));
    }

    __device__ float minimum(int, int, int) const { return 0; }
};

}  // namespace reelquery::kernels::cuda
