#pragma once
// Packed codes as pairs of bf16, exactly. A pair is two bf16 numbers in a 32-bit register, the
// first in its lower half. See Note [Tiles of packed weights].
//
// The trick throughout: a bf16 with exponent 134 (0x4300) counts by ones from 128 to 255, so a code
// of up to seven bits becomes 128 + q by an OR, and one exact subtraction gives q - zero.

#include <cmath>
#include <cstdint>
#include <cstring>

#include "kernels/gemm/tiled_matrix.h"

// The host runs the same functions in tests, with plain code in place of the instructions.
#ifdef __CUDACC__
#define REELQUERY_BOTH __host__ __device__ inline
#else
#define REELQUERY_BOTH inline
#endif
#ifdef __CUDA_ARCH__
#define REELQUERY_UNROLL _Pragma("unroll")
#else
#define REELQUERY_UNROLL
#endif

namespace reelquery::kernels::cuda {

/// The bits of a float.
REELQUERY_BOTH std::uint32_t bitsOfFloat(float value) {
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

/// a * b + c of bf16 pairs; every use here is exact. Subnormal numbers are kept.
REELQUERY_BOTH std::uint32_t multiplyAddPairs(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
#ifdef __CUDA_ARCH__
    std::uint32_t d;
    asm("fma.rn.bf16x2 %0, %1, %2, %3;" : "=r"(d) : "r"(a), "r"(b), "r"(c));
    return d;
#else
    std::uint32_t d = 0;
    for (int half = 0; half < 2; ++half) {
        const auto number = [&](std::uint32_t pair) {
            const std::uint32_t bits = half == 0 ? pair << 16 : pair & 0xffff0000u;
            float value;
            std::memcpy(&value, &bits, sizeof value);
            return value;
        };
        // Cut, not rounded: the test sees that there is nothing to round.
        const std::uint32_t bits = bitsOfFloat(std::fma(number(a), number(b), number(c)));
        d |= half == 0 ? bits >> 16 : bits & 0xffff0000u;
    }
    return d;
#endif
}

inline constexpr std::uint32_t kOnes = 0x3f803f80u;

REELQUERY_BOTH std::uint32_t addPairs(std::uint32_t a, std::uint32_t b) {
    return multiplyAddPairs(a, kOnes, b);
}

/// (x & kMask) | bits, in one instruction; left to itself the compiler takes two for two constants.
template <std::uint32_t kMask>
REELQUERY_BOTH std::uint32_t maskedOr(std::uint32_t x, std::uint32_t bits) {
#ifdef __CUDA_ARCH__
    std::uint32_t d;
    asm("lop3.b32 %0, %1, %2, %3, 0xea;" : "=r"(d) : "r"(x), "n"(kMask), "r"(bits));
    return d;
#else
    return (x & kMask) | bits;
#endif
}

/// (~x & kMask) | bits.
template <std::uint32_t kMask>
REELQUERY_BOTH std::uint32_t maskedNotOr(std::uint32_t x, std::uint32_t bits) {
#ifdef __CUDA_ARCH__
    std::uint32_t d;
    asm("lop3.b32 %0, %1, %2, %3, 0xae;" : "=r"(d) : "r"(x), "n"(kMask), "r"(bits));
    return d;
#else
    return (~x & kMask) | bits;
#endif
}

/// The pair that turns 128 + q into q - zero: -(128 + zero), for zero 0..127.
REELQUERY_BOTH std::uint32_t minusZero(std::uint32_t zero) {
    return 0xc300c300u | zero * 0x00010001u;
}

/// The pair that turns q - 128 into q - zero, for zero 0..255. Never the bits 0: minus nothing is a
/// zero with its sign.
REELQUERY_BOTH std::uint32_t minusByteZero(std::uint32_t zero) {
    const float value = -(static_cast<float>(zero) - 128.0f);  // below 256: exact in bf16
    return (bitsOfFloat(value) >> 16) * 0x00010001u;
}

/// The four pairs of sub-block t of a lane's words. `minus` is minusZero(); of kInt8
/// minusByteZero(), or 0.
template <TileCodes kCodes>
REELQUERY_BOTH void expandCodes(const std::uint32_t* words, const std::uint32_t* high, int t,
                                std::uint32_t minus, std::uint32_t (&pairs)[4]) {
    if constexpr (!isByteCode(kCodes)) {
        REELQUERY_UNROLL
        for (int e = 0; e < 4; ++e) {
            std::uint32_t pair = maskedOr<0x000f000fu>(words[t] >> (4 * e), 0x43004300u);
            if constexpr (highWords(kCodes) > 0) {
                constexpr std::uint32_t kMask =
                    kCodes == TileCodes::kInt5 ? 0x00100010u : 0x00300030u;
                const int shift = highShift(kCodes, t, 2 * e);
                const std::uint32_t word = high[highWord(kCodes, t)];
                pair = maskedOr<kMask>(shift > 4 ? word >> (shift - 4) : word << (4 - shift), pair);
            }
            pairs[e] = addPairs(pair, minus);
        }
    } else if constexpr (kCodes == TileCodes::kInt8) {
        // q = m + 128 s with m of seven bits: q - 128 = (128 + m) - (s ? 128 : 256).
        REELQUERY_UNROLL
        for (int e = 0; e < 4; ++e) {
            const std::uint32_t word = words[2 * t + e / 2] >> (8 * (e % 2));
            const std::uint32_t low = maskedOr<0x007f007fu>(word, 0x43004300u);
            const std::uint32_t top = maskedNotOr<0x00800080u>(word, 0xc300c300u);
            pairs[e] = addPairs(low, top);
        }
        if (minus != 0) {
            REELQUERY_UNROLL
            for (int e = 0; e < 4; ++e) pairs[e] = addPairs(pairs[e], minus);
        }
    } else {
        // seeeemmm becomes s0000eeeemmm0000: the same number but for 2^120, subnormals included.
        constexpr std::uint32_t kScale = 0x7b807b80u, kMinusNothing = 0x80008000u;
        REELQUERY_UNROLL
        for (int u = 0; u < 2; ++u) {
            const std::uint32_t word = words[2 * t + u];
            const std::uint32_t even = maskedOr<0x80008000u>(word << 8, word << 4 & 0x07f007f0u);
            const std::uint32_t odd = maskedOr<0x80008000u>(word, word >> 4 & 0x07f007f0u);
            pairs[2 * u] = multiplyAddPairs(even, kScale, kMinusNothing);
            pairs[2 * u + 1] = multiplyAddPairs(odd, kScale, kMinusNothing);
        }
    }
}

}  // namespace reelquery::kernels::cuda

#undef REELQUERY_BOTH
#undef REELQUERY_UNROLL
