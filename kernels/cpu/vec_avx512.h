// The vector type of the AVX-512 kernels. Included by tiles_avx512*.cpp only.

namespace reelquery::kernels {
namespace {

struct Vec512 {
    using Reg = __m512;
    static constexpr int kLanes = 16;
    static constexpr int kTileRows = 8;  // 16 accumulators: twice what hides the latency of FMA
    static constexpr float kLowestExponent = -200.0f;  // 2^-200 is 0 in float

    static Reg load(const float* p) { return _mm512_loadu_ps(p); }

    static void store(float* p, Reg x) { _mm512_storeu_ps(p, x); }

    static Reg set(float x) { return _mm512_set1_ps(x); }

    static Reg add(Reg a, Reg b) { return _mm512_add_ps(a, b); }

    static Reg sub(Reg a, Reg b) { return _mm512_sub_ps(a, b); }

    static Reg mul(Reg a, Reg b) { return _mm512_mul_ps(a, b); }

    static Reg fma(Reg a, Reg b, Reg c) { return _mm512_fmadd_ps(a, b, c); }

    static Reg max(Reg a, Reg b) { return _mm512_max_ps(a, b); }

    static Reg round(Reg x) { return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT); }

    static Reg scaleByPow2(Reg x, Reg whole) { return _mm512_scalef_ps(x, whole); }

    static float sum(Reg x) { return _mm512_reduce_add_ps(x); }

    static float largest(Reg x) { return _mm512_reduce_max_ps(x); }

    // The first n lanes; -inf in the others.
    static Reg keepFirst(Reg x, int n) {
        const __mmask16 mask = n >= kLanes ? 0xffff : n <= 0 ? 0 : (1u << n) - 1;
        return _mm512_mask_blend_ps(mask, _mm512_set1_ps(-__builtin_inff()), x);
    }

    // Rounds to nearest even; NaN stays NaN.
    static void storeBf16(uint16_t* p, Reg x) {
        const __m512i bits = _mm512_castps_si512(x), high = _mm512_srli_epi32(bits, 16);
        const __m512i odd = _mm512_and_si512(high, _mm512_set1_epi32(1));
        const __m512i rounded = _mm512_srli_epi32(
            _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff))), 16);
        const __mmask16 nan = _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
        const __m512i result = _mm512_mask_or_epi32(rounded, nan, high, _mm512_set1_epi32(0x40));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(result));
    }

    // Sums of every `columns` (8, 16 or 32) neighbours among the 32 lanes of a and b.
    static void storeSums(Reg a, Reg b, int columns, float* out) {
        if (columns == 32) {
            out[0] = _mm512_reduce_add_ps(_mm512_add_ps(a, b));
        } else if (columns == 16) {
            out[0] = _mm512_reduce_add_ps(a);
            out[1] = _mm512_reduce_add_ps(b);
        } else {
            const __m256 low = halves(a), high = halves(b);  // [a0 a1], [b0 b1] as 4 + 4 lanes
            const __m256 pairs = _mm256_hadd_ps(low, high);
            const __m256 sums = _mm256_hadd_ps(pairs, pairs);  // a0 b0 . . | a1 b1 . .
            const __m128 first = _mm256_castps256_ps128(sums),
                         second = _mm256_extractf128_ps(sums, 1);
            _mm_storeu_ps(out, _mm_unpacklo_ps(first, second));  // a0 a1 b0 b1
        }
    }

  private:
    // Lanes 0-3 + 4-7 and 8-11 + 12-15.
    static __m256 halves(Reg x) {
        const __m256 low = _mm512_castps512_ps256(x), high = _mm512_extractf32x8_ps(x, 1);
        return _mm256_add_ps(_mm256_permute2f128_ps(low, high, 0x20),
                             _mm256_permute2f128_ps(low, high, 0x31));
    }
};

}  // namespace
}  // namespace reelquery::kernels
