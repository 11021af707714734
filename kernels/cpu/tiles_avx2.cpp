// float32 on AVX2 with FMA.
#include <immintrin.h>

#include "kernels/cpu/tile_kernels.h"
#include "kernels/cpu/tile_kernels_impl.h"

namespace reelquery::kernels {

namespace {

struct Vec256 {
    using Reg = __m256;
    static constexpr int kLanes = 8;
    static constexpr int kTileRows = 4;                // 8 accumulators of 16 registers
    static constexpr float kLowestExponent = -127.0f;  // exponent bits 0: a factor of 0

    static Reg load(const float* p) { return _mm256_loadu_ps(p); }

    static void store(float* p, Reg x) { _mm256_storeu_ps(p, x); }

    static Reg set(float x) { return _mm256_set1_ps(x); }

    static Reg add(Reg a, Reg b) { return _mm256_add_ps(a, b); }

    static Reg sub(Reg a, Reg b) { return _mm256_sub_ps(a, b); }

    static Reg mul(Reg a, Reg b) { return _mm256_mul_ps(a, b); }

    static Reg fma(Reg a, Reg b, Reg c) { return _mm256_fmadd_ps(a, b, c); }

    static Reg max(Reg a, Reg b) { return _mm256_max_ps(a, b); }

    static Reg round(Reg x) { return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT); }

    static Reg scaleByPow2(Reg x, Reg whole) {
        const __m256i biased = _mm256_add_epi32(_mm256_cvtps_epi32(whole), _mm256_set1_epi32(127));
        return _mm256_mul_ps(x, _mm256_castsi256_ps(_mm256_slli_epi32(biased, 23)));
    }

    static float largest(Reg x) {
        __m128 m = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
        m = _mm_max_ps(m, _mm_movehl_ps(m, m));
        return _mm_cvtss_f32(_mm_max_ss(m, _mm_shuffle_ps(m, m, 1)));
    }

    static float sum(Reg x) {
        __m128 m = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
        m = _mm_add_ps(m, _mm_movehl_ps(m, m));
        return _mm_cvtss_f32(_mm_add_ss(m, _mm_shuffle_ps(m, m, 1)));
    }

    // The first n lanes; -inf in the others.
    static Reg keepFirst(Reg x, int n) {
        const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
        const __m256i keep = _mm256_cmpgt_epi32(_mm256_set1_epi32(n), lane);
        return _mm256_blendv_ps(set(-__builtin_inff()), x, _mm256_castsi256_ps(keep));
    }

    // Rounds to nearest even; NaN stays NaN.
    static void storeBf16(uint16_t* p, Reg x) {
        const __m256i bits = _mm256_castps_si256(x), high = _mm256_srli_epi32(bits, 16);
        const __m256i odd = _mm256_and_si256(high, _mm256_set1_epi32(1));
        const __m256i rounded = _mm256_srli_epi32(
            _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff))), 16);
        const __m256i quiet = _mm256_or_si256(high, _mm256_set1_epi32(0x40));
        const __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(x, x, _CMP_UNORD_Q));
        const __m256i result = _mm256_blendv_epi8(rounded, quiet, nan);
        const __m128i packed =
            _mm_packus_epi32(_mm256_castsi256_si128(result), _mm256_extracti128_si256(result, 1));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(p), packed);
    }

    // Sums of every `columns` (8 or 16) neighbours among the 16 lanes of a and b.
    static void storeSums(Reg a, Reg b, int columns, float* out) {
        out[0] = sum(columns == 16 ? _mm256_add_ps(a, b) : a);
        if (columns == 8) out[1] = sum(b);
    }
};

struct FloatArith256 {
    using Units = __m256;
    static constexpr int kUnitElements = 1;
    static constexpr int kExpDegree = 6;

    static Units load(const uint32_t* p) {
        return _mm256_castsi256_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
    }

    static Units broadcast(const uint32_t* p) {
        return _mm256_castsi256_ps(_mm256_set1_epi32(static_cast<int>(*p)));
    }

    static __m256 mac(__m256 sum, Units a, Units b) { return _mm256_fmadd_ps(a, b, sum); }

    static float number(uint32_t unit, int) {
        float x;
        __builtin_memcpy(&x, &unit, sizeof x);
        return x;
    }

    static void storeWeights(float* row, int column, __m256 w0, __m256 w1) {
        _mm256_storeu_ps(row + column, w0);
        _mm256_storeu_ps(row + column + 8, w1);
    }
};

constexpr TileKernels kTiles = makeTileKernels<Vec256, FloatArith256>();

}  // namespace

const TileKernels* avx2Tiles() {
    return &kTiles;
}

}  // namespace reelquery::kernels
