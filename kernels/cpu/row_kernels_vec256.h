// Products of one row of float32 with weights of every format in 256-bit vectors (AVX2, FMA, F16C).
// Included by rows_*.cpp only, after row_kernels_impl.h, which has the plain loops that take what
// is left over.
//
// Thirty-two weights at a time become bytes, then floats, and are multiplied with their inputs; the
// scale of a block comes after its sum. What is added to all weights of a block (a zero point, an
// offset) is multiplied with the sum of the block's inputs instead, which is made once a piece.

#include <immintrin.h>
#include <stdint.h>

namespace reelquery::kernels {
namespace {

constexpr int64_t kMostSums =
    2048;  // of 32 inputs: 65,536 inputs, four times the widest layer in use

inline float sumOfVec(__m256 v) {
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

// sums[i] = x[32 i] + ... + x[32 i + 31]
inline void sumInputs(const float* x, int64_t inputs, float* sums) {
    for (int64_t i = 0; i < inputs / 32; ++i) {
        const float* at = x + 32 * i;
        sums[i] = sumOfVec(
            _mm256_add_ps(_mm256_add_ps(_mm256_loadu_ps(at), _mm256_loadu_ps(at + 8)),
                          _mm256_add_ps(_mm256_loadu_ps(at + 16), _mm256_loadu_ps(at + 24))));
    }
}

// Eight partial sums of 32 products. Signed or unsigned bytes.
template <bool Signed>
inline __m256 dotBytes(__m256i bytes, const float* x) {
    const __m128i low = _mm256_castsi256_si128(bytes), high = _mm256_extracti128_si256(bytes, 1);
    const auto wide = [](__m128i eight) {
        return _mm256_cvtepi32_ps(Signed ? _mm256_cvtepi8_epi32(eight)
                                         : _mm256_cvtepu8_epi32(eight));
    };
    __m256 sum = _mm256_mul_ps(wide(low), _mm256_loadu_ps(x));
    sum = _mm256_fmadd_ps(wide(_mm_unpackhi_epi64(low, low)), _mm256_loadu_ps(x + 8), sum);
    sum = _mm256_fmadd_ps(wide(high), _mm256_loadu_ps(x + 16), sum);
    return _mm256_fmadd_ps(wide(_mm_unpackhi_epi64(high, high)), _mm256_loadu_ps(x + 24), sum);
}

inline __m256i load32(const uint8_t* bytes) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
}

inline __m128i load16(const uint8_t* bytes) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
}

inline __m256i lowNibbles(__m256i bytes) {
    return _mm256_and_si256(bytes, _mm256_set1_epi8(15));
}

inline __m256i highNibbles(__m256i bytes) {
    return lowNibbles(_mm256_srli_epi16(bytes, 4));
}

// 16 bytes: the low nibbles, then the high ones, as blocks of GGUF lie.
inline __m256i nibblesApart(const uint8_t* bytes) {
    const __m128i both = load16(bytes);
    return lowNibbles(_mm256_set_m128i(_mm_srli_epi16(both, 4), both));
}

// 16 bytes: low and high nibbles in turn, as rows of kInt4 lie.
inline __m256i nibblesInTurn(const uint8_t* bytes) {
    const __m128i both = load16(bytes), mask = _mm_set1_epi8(15);
    const __m128i low = _mm_and_si128(both, mask);
    const __m128i high = _mm_and_si128(_mm_srli_epi16(both, 4), mask);
    return _mm256_set_m128i(_mm_unpackhi_epi8(low, high), _mm_unpacklo_epi8(low, high));
}

// Bit i of 32 as 16 in byte i.
inline __m256i fifthBits(const uint8_t* bits) {
    uint32_t word;
    __builtin_memcpy(&word, bits, sizeof word);
    const __m256i spread = _mm256_shuffle_epi8(
        _mm256_set1_epi32(static_cast<int>(word)),
        _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303));
    const __m256i bit = _mm256_set1_epi64x(static_cast<long long>(0x8040201008040201u));
    const __m256i isSet = _mm256_cmpeq_epi8(_mm256_and_si256(spread, bit), bit);
    return _mm256_and_si256(isSet, _mm256_set1_epi8(16));
}

inline float multiplyBf16(const uint8_t* row, const float* x, int64_t inputs) {
    const uint16_t* from = reinterpret_cast<const uint16_t*>(row);
    __m256 sums[4] = {};
    int64_t k = 0;
    for (; k + 32 <= inputs; k += 32) {
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i) {
            const __m128i eight = load16(reinterpret_cast<const uint8_t*>(from + k + 8 * i));
            const __m256 w =
                _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(eight), 16));
            sums[i] = _mm256_fmadd_ps(w, _mm256_loadu_ps(x + k + 8 * i), sums[i]);
        }
    }
    float rest = 0;
    for (; k < inputs; ++k) rest += floatOfBits(static_cast<uint32_t>(from[k]) << 16) * x[k];
    return rest + sumOfVec(_mm256_add_ps(_mm256_add_ps(sums[0], sums[1]),
                                         _mm256_add_ps(sums[2], sums[3])));
}

// kInt4 and kInt8 with groups of whole 32.
inline float multiplyIntegers(const WeightRows& w, int64_t n, const float* x,
                              const float* inputSums) {
    const uint8_t* row = w.words + n * w.rowBytes;
    const bool isInt4 = w.format == WeightFormat::kInt4;
    __m256 sum = _mm256_setzero_ps();
    float offset = 0;
    for (int64_t group = 0; group < w.groups; ++group) {
        const int64_t at = n * w.groups + group;
        const int64_t begin = group * w.groupSize;
        const int64_t end = begin + w.groupSize < w.inputs ? begin + w.groupSize : w.inputs;
        const int zero = w.zeros ? w.zeros[at] : isInt4 ? 8 : 128;
        const __m256i middle = _mm256_set1_epi8(static_cast<char>(zero));
        __m256 products = _mm256_setzero_ps();
        float inputSum = 0;
        for (int64_t k = begin; k < end; k += 32) {
            if (isInt4) {
                const __m256i q = _mm256_sub_epi8(nibblesInTurn(row + k / 2), middle);
                products = _mm256_add_ps(products, dotBytes<true>(q, x + k));
            } else {
                products = _mm256_add_ps(products, dotBytes<false>(load32(row + k), x + k));
                inputSum += inputSums[k / 32];
            }
        }
        const float scale = scaleAt(w, at);
        sum = _mm256_fmadd_ps(_mm256_set1_ps(scale), products, sum);
        if (!isInt4) offset += scale * static_cast<float>(zero) * inputSum;
    }
    return sumOfVec(sum) - offset;
}

// float8_e4m3fn is float16 with another bias: its bits moved there are 2^8 too small. Rows in
// blocks of whole 32 columns.
inline float multiplyFp8(const WeightRows& w, int64_t n, const float* x) {
    const uint8_t* row = w.words + n * w.rowBytes;
    const float* scales = static_cast<const float*>(w.scales) + n / w.blockRows * w.scaleColumns;
    const __m256i rest = _mm256_set1_epi16(0x7f), sign = _mm256_set1_epi16(-0x8000);
    const __m256i noNumber = _mm256_set1_epi8(0x7f);
    __m256 sum = _mm256_setzero_ps();
    for (int64_t block = 0; block * w.blockColumns < w.inputs; ++block) {
        const int64_t begin = block * w.blockColumns;
        const int64_t end = begin + w.blockColumns < w.inputs ? begin + w.blockColumns : w.inputs;
        __m256 products = _mm256_setzero_ps();
        for (int64_t k = begin; k < end; k += 32) {
            const __m256i codes = load32(row + k);
            if (_mm256_movemask_epi8(
                    _mm256_cmpeq_epi8(_mm256_and_si256(codes, noNumber), noNumber)))
                return floatOfBits(0x7fc00000u);
#pragma GCC unroll 2
            for (int half = 0; half < 2; ++half) {
                const __m256i wide = _mm256_cvtepi8_epi16(load16(row + k + 16 * half));
                const __m256i bits =
                    _mm256_or_si256(_mm256_slli_epi16(_mm256_and_si256(wide, rest), 7),
                                    _mm256_and_si256(wide, sign));
                const float* at = x + k + 16 * half;
                products = _mm256_fmadd_ps(_mm256_cvtph_ps(_mm256_castsi256_si128(bits)),
                                           _mm256_loadu_ps(at), products);
                products = _mm256_fmadd_ps(_mm256_cvtph_ps(_mm256_extracti128_si256(bits, 1)),
                                           _mm256_loadu_ps(at + 8), products);
            }
        }
        sum = _mm256_fmadd_ps(_mm256_set1_ps(scales[block] * 256.0f), products, sum);
    }
    return sumOfVec(sum);
}

// GGUF blocks of 32.
inline float multiplySmallBlocks(const WeightRows& w, int64_t n, const float* x,
                                 const float* inputSums) {
    const uint8_t* block = w.words + n * w.rowBytes;
    const int64_t bytes = w.rowBytes / (w.inputs / 32);
    __m256 sum = _mm256_setzero_ps();
    float offset = 0;
    for (int64_t i = 0; i < w.inputs / 32; ++i, block += bytes) {
        const float d = halfAt(block);
        const float* at = x + 32 * i;
        __m256 products;
        switch (w.format) {
            case WeightFormat::kQ8_0:
                products = dotBytes<true>(load32(block + 2), at);
                break;
            case WeightFormat::kQ4_0:
                products = dotBytes<true>(
                    _mm256_sub_epi8(nibblesApart(block + 2), _mm256_set1_epi8(8)), at);
                break;
            case WeightFormat::kQ5_0:
                products = dotBytes<true>(
                    _mm256_sub_epi8(_mm256_or_si256(nibblesApart(block + 6), fifthBits(block + 2)),
                                    _mm256_set1_epi8(16)),
                    at);
                break;
            case WeightFormat::kQ4_1:
                products = dotBytes<true>(nibblesApart(block + 4), at);
                offset += halfAt(block + 2) * inputSums[i];
                break;
            default:  // kQ5_1
                products = dotBytes<true>(
                    _mm256_or_si256(nibblesApart(block + 8), fifthBits(block + 4)), at);
                offset += halfAt(block + 2) * inputSums[i];
        }
        sum = _mm256_fmadd_ps(_mm256_set1_ps(d), products, sum);
    }
    return sumOfVec(sum) + offset;
}

inline float multiplyQ45K(const WeightRows& w, int64_t n, const float* x, const float* inputSums) {
    const bool hasFifthBits = w.format == WeightFormat::kQ5_K;
    const uint8_t* block = w.words + n * w.rowBytes;
    __m256 sum = _mm256_setzero_ps();
    float offset = 0;
    for (int64_t k = 0; k < w.inputs; k += 256, block += hasFifthBits ? 176 : 144) {
        const float d = halfAt(block), dmin = halfAt(block + 2);
        uint8_t scale[8], down[8];
        readKScales(block + 4, scale, down);
        const __m256i fifths = hasFifthBits ? load32(block + 16) : _mm256_setzero_si256();
        const uint8_t* nibbles = block + (hasFifthBits ? 48 : 16);
        float blockOffset = 0;
        for (int j = 0; j < 8; ++j) {
            const __m256i both = load32(nibbles + 32 * (j / 2));
            __m256i q = j % 2 ? highNibbles(both) : lowNibbles(both);
            if (hasFifthBits) {
                const __m256i bit = _mm256_set1_epi8(static_cast<char>(1 << j));
                const __m256i isSet = _mm256_cmpeq_epi8(_mm256_and_si256(fifths, bit), bit);
                q = _mm256_or_si256(q, _mm256_and_si256(isSet, _mm256_set1_epi8(16)));
            }
            sum = _mm256_fmadd_ps(_mm256_set1_ps(d * static_cast<float>(scale[j])),
                                  dotBytes<true>(q, x + k + 32 * j), sum);
            blockOffset += static_cast<float>(down[j]) * inputSums[k / 32 + j];
        }
        offset += dmin * blockOffset;
    }
    return sumOfVec(sum) - offset;
}

inline float multiplyQ6K(const WeightRows& w, int64_t n, const float* x) {
    const uint8_t* block = w.words + n * w.rowBytes;
    const __m256i middle = _mm256_set1_epi8(32), two = _mm256_set1_epi8(0x30);
    __m256 sum = _mm256_setzero_ps();
    for (int64_t k = 0; k < w.inputs; k += 256, block += 210) {
        __m256 products = _mm256_setzero_ps();
        for (int half = 0; half < 2; ++half) {
            const __m256i highs = load32(block + 128 + 32 * half);
            const uint8_t* scales = block + 192 + 8 * half;
            // The two high bits of each part, moved to bits 4 and 5.
            const __m256i high[4] = {_mm256_slli_epi16(highs, 4), _mm256_slli_epi16(highs, 2),
                                     highs, _mm256_srli_epi16(highs, 2)};
            for (int part = 0; part < 4; ++part) {
                const __m256i both = load32(block + 64 * half + 32 * (part % 2));
                const __m256i low = part < 2 ? lowNibbles(both) : highNibbles(both);
                const __m256i q = _mm256_sub_epi8(
                    _mm256_or_si256(low, _mm256_and_si256(high[part], two)), middle);
                const float* at = x + k + 128 * half + 32 * part;
                const __m128i first = _mm256_castsi256_si128(q);
                const __m128i second = _mm256_extracti128_si256(q, 1);
                const auto dot16 = [](__m128i bytes, const float* in) {
                    const __m256 one = _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes));
                    const __m256 other =
                        _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_unpackhi_epi64(bytes, bytes)));
                    return _mm256_fmadd_ps(other, _mm256_loadu_ps(in + 8),
                                           _mm256_mul_ps(one, _mm256_loadu_ps(in)));
                };
                const auto scaleOf = [&](int piece) {
                    return _mm256_set1_ps(
                        static_cast<float>(static_cast<int8_t>(scales[2 * part + piece])));
                };
                products = _mm256_fmadd_ps(scaleOf(0), dot16(first, at), products);
                products = _mm256_fmadd_ps(scaleOf(1), dot16(second, at + 16), products);
            }
        }
        sum = _mm256_fmadd_ps(_mm256_set1_ps(halfAt(block + 208)), products, sum);
    }
    return sumOfVec(sum);
}

// Whether the kernels above take this matrix: groups and blocks of whole 32 inputs.
inline bool isInWhole32(const WeightRows& w) {
    switch (w.format) {
        case WeightFormat::kBf16:
            return true;
        case WeightFormat::kInt4:
        case WeightFormat::kInt8:
            return w.inputs % 32 == 0 && w.groupSize % 32 == 0 && w.inputs <= 32 * kMostSums;
        case WeightFormat::kFp8:
            return w.inputs % 32 == 0 && (w.blockColumns % 32 == 0 || w.scaleColumns == 1);
        default:
            return w.inputs <= 32 * kMostSums;
    }
}

inline void multiplyVec256(const WeightRows& w, const RowInput& x, int64_t begin, int64_t end,
                           float* y) {
    if (!isInWhole32(w)) return multiplyUnpacked(w, x, begin, end, y);
    float inputSums[kMostSums];
    if (w.format != WeightFormat::kBf16 && w.format != WeightFormat::kFp8)
        sumInputs(x.wide, w.inputs, inputSums);
    for (int64_t n = begin; n < end; ++n) {
        float& out = y[n - begin];
        switch (w.format) {
            case WeightFormat::kBf16:
                out = multiplyBf16(w.words + n * w.rowBytes, x.wide, w.inputs);
                break;
            case WeightFormat::kInt4:
            case WeightFormat::kInt8:
                out = multiplyIntegers(w, n, x.wide, inputSums);
                break;
            case WeightFormat::kFp8:
                out = multiplyFp8(w, n, x.wide);
                break;
            case WeightFormat::kQ4_K:
            case WeightFormat::kQ5_K:
                out = multiplyQ45K(w, n, x.wide, inputSums);
                break;
            case WeightFormat::kQ6_K:
                out = multiplyQ6K(w, n, x.wide);
                break;
            default:
                out = multiplySmallBlocks(w, n, x.wide, inputSums);
        }
    }
}

}  // namespace
}  // namespace reelquery::kernels
