// Row products on AVX-512 with its bf16 dot product, where the inputs are bf16.
//
// Note [Integers as bf16]
// A nibble q under the bits 0x4300 is the bf16 number 128 + q, under 0x4500 it is 2048 + 16 q. So
// one operation makes both a number and a factor of the dot product, and what it is too large by is
// taken off at the end: (128 + zero) * scale * (sum of the block's inputs), 2176 + zero for a byte,
// whose halves go in as two numbers.
#include <immintrin.h>

#include "kernels/cpu/row_kernels.h"
#include "kernels/cpu/row_kernels_impl.h"
#include "kernels/cpu/row_kernels_vec256.h"

namespace reelquery::kernels {

namespace {

constexpr int64_t kAhead = 4096;          // bytes fetched ahead; a row is followed by the next
constexpr int64_t kMostBlocks = 1 << 10;  // of 128 inputs

__m512bh asPairs(__m512i x) {
    return (__m512bh)x;
}

__m512bh loadPairs(const uint16_t* p) {
    return (__m512bh)_mm512_loadu_si512(p);
}

void fetchAhead(const uint8_t* p) {
    _mm_prefetch(reinterpret_cast<const char*>(p + kAhead), _MM_HINT_T0);
}

// x where mask, else the bits `under` it: (x & mask) | under.
__m512bh underBits(__m512i x, __m512i mask, __m512i under) {
    return asPairs(_mm512_ternarylogic_epi32(x, mask, under, 0xea));
}

float rowBf16(const uint8_t* row, const uint16_t* x, int64_t inputs) {
    const uint16_t* w = reinterpret_cast<const uint16_t*>(row);
    __m512 sums[4] = {_mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps(),
                      _mm512_setzero_ps()};
    int64_t k = 0;
    for (; k + 128 <= inputs; k += 128) {
        for (int part = 0; part < 4; ++part) {
            fetchAhead(row + 2 * k + 64 * part);
            sums[part] = _mm512_dpbf16_ps(sums[part], loadPairs(w + k + 32 * part),
                                          loadPairs(x + k + 32 * part));
        }
    }
    for (; k < inputs; k += 32) {
        const int64_t left = inputs - k;
        const __mmask32 mask =
            left >= 32 ? ~__mmask32{0} : static_cast<__mmask32>((1u << left) - 1);
        sums[0] = _mm512_dpbf16_ps(sums[0], asPairs(_mm512_maskz_loadu_epi16(mask, w + k)),
                                   asPairs(_mm512_maskz_loadu_epi16(mask, x + k)));
    }
    return _mm512_reduce_add_ps(
        _mm512_add_ps(_mm512_add_ps(sums[0], sums[1]), _mm512_add_ps(sums[2], sums[3])));
}

// The scales of a row's blocks of 128 as floats, and what the products are too large by: `over`
// beside each zero.
__m512 readScales(const WeightRows& w, const RowInput& x, int64_t n, float over, float* scales) {
    const float middle = w.format == WeightFormat::kInt4 ? 8.0f : 128.0f;
    const int64_t blocks = w.inputs / kSumBlock, perGroup = w.groupSize / kSumBlock;
    if (perGroup != 1 || !w.halfScales) {
        float sum = 0;
        for (int64_t b = 0; b < blocks; ++b) {
            const int64_t at = n * w.groups + b / perGroup;
            scales[b] = scaleAt(w, at);
            const float zero = w.zeros ? static_cast<float>(w.zeros[at]) : middle;
            sum += (over + zero) * scales[b] * x.sums[b];
        }
        return _mm512_set1_ps(sum * 0x1p-4f);  // a sixteenth in each lane
    }
    __m512 excess = _mm512_setzero_ps();
    const uint16_t* halves = static_cast<const uint16_t*>(w.scales) + n * w.groups;
    const uint8_t* zeros = w.zeros ? w.zeros + n * w.groups : nullptr;
    for (int64_t b = 0; b < blocks; b += 16) {
        const int64_t left = blocks - b;
        const __mmask16 mask =
            left >= 16 ? __mmask16(0xffff) : static_cast<__mmask16>((1u << left) - 1);
        const __m512 scale = _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, halves + b));
        __m512 zero = _mm512_set1_ps(middle);
        if (zeros) {
            zero = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(mask, zeros + b)));
        }
        _mm512_storeu_ps(scales + b, scale);
        excess = _mm512_fmadd_ps(_mm512_mul_ps(scale, _mm512_add_ps(zero, _mm512_set1_ps(over))),
                                 _mm512_maskz_loadu_ps(mask, x.sums + b), excess);
    }
    return excess;
}

float rowInt4(const WeightRows& w, const RowInput& x, int64_t n, float* scales) {
    const __m512i mask = _mm512_set1_epi16(0x000f), under = _mm512_set1_epi16(0x4300);
    const uint8_t* row = w.words + n * w.rowBytes;
    const __m512 excess = readScales(w, x, n, 128, scales);
    __m512 total = _mm512_setzero_ps();
    const int64_t blocks = w.inputs / kSumBlock;
    for (int64_t b = 0; b < blocks; ++b) {
        fetchAhead(row + 64 * b);
        const __m512i v = _mm512_loadu_si512(row + 64 * b);
        const uint16_t* in = x.shuffled + kSumBlock * b;
        __m512 first = _mm512_setzero_ps(), second = _mm512_setzero_ps();
        first = _mm512_dpbf16_ps(first, underBits(v, mask, under), loadPairs(in));
        second = _mm512_dpbf16_ps(second, underBits(_mm512_srli_epi16(v, 4), mask, under),
                                  loadPairs(in + 32));
        first = _mm512_dpbf16_ps(first, underBits(_mm512_srli_epi16(v, 8), mask, under),
                                 loadPairs(in + 64));
        second = _mm512_dpbf16_ps(second, underBits(_mm512_srli_epi16(v, 12), mask, under),
                                  loadPairs(in + 96));
        total = _mm512_fmadd_ps(_mm512_add_ps(first, second), _mm512_set1_ps(scales[b]), total);
    }
    return _mm512_reduce_add_ps(_mm512_sub_ps(total, excess));
}

float rowInt8(const WeightRows& w, const RowInput& x, int64_t n, float* scales) {
    const __m512i mask = _mm512_set1_epi16(0x000f);
    const __m512i low = _mm512_set1_epi16(0x4300), high = _mm512_set1_epi16(0x4500);
    const uint8_t* row = w.words + n * w.rowBytes;
    const __m512 excess = readScales(w, x, n, 128 + 2048, scales);
    __m512 total = _mm512_setzero_ps();
    const int64_t blocks = w.inputs / kSumBlock;
    for (int64_t b = 0; b < blocks; ++b) {
        __m512 sums[2] = {_mm512_setzero_ps(), _mm512_setzero_ps()};
        for (int half = 0; half < 2; ++half) {
            const int64_t at = kSumBlock * b + 64 * half;
            fetchAhead(row + at);
            const __m512i v = _mm512_loadu_si512(row + at);
            const __m512bh even = loadPairs(x.shuffled + at), odd = loadPairs(x.shuffled + at + 32);
            __m512 sum = _mm512_setzero_ps();
            sum = _mm512_dpbf16_ps(sum, underBits(v, mask, low), even);
            sum = _mm512_dpbf16_ps(sum, underBits(_mm512_srli_epi16(v, 4), mask, high), even);
            sum = _mm512_dpbf16_ps(sum, underBits(_mm512_srli_epi16(v, 8), mask, low), odd);
            sums[half] =
                _mm512_dpbf16_ps(sum, underBits(_mm512_srli_epi16(v, 12), mask, high), odd);
        }
        total = _mm512_fmadd_ps(_mm512_add_ps(sums[0], sums[1]), _mm512_set1_ps(scales[b]), total);
    }
    return _mm512_reduce_add_ps(_mm512_sub_ps(total, excess));
}

// Sums of the products of 64 bytes of nibbles with 128 inputs: the low halves in `low`, the high
// ones in `high`. fifth: for the four factors in order, bits above the nibble that fifthMask keeps;
// null: none.
void multiplyNibbles(__m512i v, const uint16_t* in, const __m512i* fifth, __m512i fifthMask,
                     __m512& low, __m512& high) {
    const __m512i mask = _mm512_set1_epi16(0x000f), under = _mm512_set1_epi16(0x4300);
    __m512i factors[4];
    factors[0] = _mm512_ternarylogic_epi32(v, mask, under, 0xea);
    factors[1] = _mm512_ternarylogic_epi32(_mm512_srli_epi16(v, 4), mask, under, 0xea);
    factors[2] = _mm512_ternarylogic_epi32(_mm512_srli_epi16(v, 8), mask, under, 0xea);
    factors[3] = _mm512_ternarylogic_epi32(_mm512_srli_epi16(v, 12), mask, under, 0xea);
    if (fifth) {
        for (int i = 0; i < 4; ++i)
            factors[i] = _mm512_ternarylogic_epi32(fifth[i], fifthMask, factors[i], 0xea);
    }
    low = _mm512_dpbf16_ps(_mm512_setzero_ps(), asPairs(factors[0]), loadPairs(in));
    high = _mm512_dpbf16_ps(_mm512_setzero_ps(), asPairs(factors[1]), loadPairs(in + 32));
    low = _mm512_dpbf16_ps(low, asPairs(factors[2]), loadPairs(in + 64));
    high = _mm512_dpbf16_ps(high, asPairs(factors[3]), loadPairs(in + 96));
}

uint32_t wordAt(const uint8_t* p) {
    uint32_t word;
    __builtin_memcpy(&word, p, sizeof word);
    return word;
}

// 8 bytes as floats.
__m256 floatsOf(uint32_t low, uint32_t high) {
    const __m128i bytes =
        _mm_cvtsi64_si128(static_cast<long long>(low | static_cast<uint64_t>(high) << 32));
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes));
}

// Two float16 numbers that lie together.
__m128 twoHalves(const uint8_t* p) {
    return _mm512_castps512_ps128(
        _mm512_cvtph_ps(_mm256_castsi128_si256(_mm_cvtsi32_si128(static_cast<int>(wordAt(p))))));
}

// Lanes 0-7 take value a of x, lanes 8-15 value b.
__m512 twoOf(__m512 x, int a, int b) {
    const __m512i index =
        _mm512_mask_blend_epi32(0xff00, _mm512_set1_epi32(a), _mm512_set1_epi32(b));
    return _mm512_permutexvar_ps(index, x);
}

// 16-bit numbers: a in the lower 256 bits, b in the upper ones.
__m512i halvesOf(int a, int b) {
    return _mm512_mask_blend_epi16(0xffff0000u, _mm512_set1_epi16(static_cast<short>(a)),
                                   _mm512_set1_epi16(static_cast<short>(b)));
}

template <bool hasFifthBits>
float rowQ45K(const WeightRows& w, const RowInput& x, int64_t n) {
    constexpr int64_t kBytes = hasFifthBits ? 176 : 144;
    const uint8_t* block = w.words + n * w.rowBytes;
    __m512 total = _mm512_setzero_ps();
    __m256 excess = _mm256_setzero_ps();
    const int64_t blocks = w.inputs / 256;
    for (int64_t b = 0; b < blocks; ++b, block += kBytes) {
        for (int64_t at = 0; at < kBytes; at += 64) fetchAhead(block + at);
        const __m128 both = twoHalves(block);
        const __m256 d = _mm256_broadcastss_ps(both);
        const __m256 dmin = _mm256_broadcastss_ps(_mm_movehdup_ps(both));
        const uint32_t s0 = wordAt(block + 4), s1 = wordAt(block + 8), s2 = wordAt(block + 12);
        const __m256 steps = _mm256_mul_ps(
            d, floatsOf(s0 & 0x3f3f3f3fu, (s2 & 0x0f0f0f0fu) | (s0 >> 6 & 0x03030303u) << 4));
        const __m256 offsets = _mm256_mul_ps(
            dmin,
            floatsOf(s1 & 0x3f3f3f3fu, (s2 >> 4 & 0x0f0f0f0fu) | (s1 >> 6 & 0x03030303u) << 4));
        excess = _mm256_add_ps(
            excess, _mm256_mul_ps(_mm256_add_ps(_mm256_mul_ps(steps, _mm256_set1_ps(128)), offsets),
                                  _mm256_loadu_ps(x.sums32 + 8 * b)));
        const __m512 wide = _mm512_castps256_ps512(steps);
        const uint8_t* qs = block + (hasFifthBits ? 48 : 16);
        for (int half = 0; half < 2; ++half) {
            __m512i fifth[4];
            if (hasFifthBits) {
                // Bit j of byte i is the fifth of value i of sub-block j.
                const __m512i bits = _mm512_broadcast_i64x4(
                    _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block + 16)));
                const __m512i up = _mm512_slli_epi16(bits, 4);
                const int j = 4 * half;
                fifth[0] = _mm512_srlv_epi16(up, halvesOf(j, j + 2));
                fifth[1] = _mm512_srlv_epi16(up, halvesOf(j + 1, j + 3));
                fifth[2] = _mm512_srlv_epi16(bits, halvesOf(j + 4, j + 6));
                fifth[3] = _mm512_srlv_epi16(bits, halvesOf(j + 5, j + 7));
            }
            __m512 low, high;
            multiplyNibbles(_mm512_loadu_si512(qs + 64 * half), x.shuffled + 256 * b + 128 * half,
                            hasFifthBits ? fifth : nullptr, _mm512_set1_epi16(0x10), low, high);
            total = _mm512_fmadd_ps(low, twoOf(wide, 4 * half, 4 * half + 2), total);
            total = _mm512_fmadd_ps(high, twoOf(wide, 4 * half + 1, 4 * half + 3), total);
        }
    }
    return _mm512_reduce_add_ps(total) - _mm512_reduce_add_ps(_mm512_zextps256_ps512(excess));
}

float rowQ6K(const WeightRows& w, const RowInput& x, int64_t n) {
    const uint8_t* block = w.words + n * w.rowBytes;
    __m512 total = _mm512_setzero_ps(), excess = _mm512_setzero_ps();
    const int64_t blocks = w.inputs / 256;
    const __m512i lowIndex = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    for (int64_t b = 0; b < blocks; ++b, block += 210) {
        for (int64_t at = 0; at < 210; at += 64) fetchAhead(block + at);
        const __m512 d =
            _mm512_cvtph_ps(_mm256_set1_epi16(static_cast<short>(block[208] | block[209] << 8)));
        const __m512 steps =
            _mm512_mul_ps(d, _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(
                                 _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + 192)))));
        excess = _mm512_fmadd_ps(steps, _mm512_loadu_ps(x.sums16 + 16 * b), excess);
        for (int half = 0; half < 2; ++half) {
            const __m512i bits = _mm512_broadcast_i64x4(
                _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block + 128 + 32 * half)));
            // Two bits of each byte for each of the four runs of 32 values.
            const __m512i above[4] = {_mm512_srlv_epi16(_mm512_slli_epi16(bits, 4), halvesOf(0, 2)),
                                      _mm512_srlv_epi16(bits, halvesOf(0, 2)),
                                      _mm512_srlv_epi16(bits, halvesOf(4, 6)),
                                      _mm512_srlv_epi16(bits, halvesOf(8, 10))};
            __m512 low, high;
            multiplyNibbles(_mm512_loadu_si512(block + 64 * half),
                            x.shuffled + 256 * b + 128 * half, above, _mm512_set1_epi16(0x30), low,
                            high);
            const __m512i at = _mm512_add_epi32(lowIndex, _mm512_set1_epi32(8 * half));
            total = _mm512_fmadd_ps(low, _mm512_permutexvar_ps(at, steps), total);
            total = _mm512_fmadd_ps(
                high, _mm512_permutexvar_ps(_mm512_add_epi32(at, _mm512_set1_epi32(4)), steps),
                total);
        }
    }
    // 128 under the codes, and 32 that the format takes off.
    return _mm512_reduce_add_ps(_mm512_fnmadd_ps(excess, _mm512_set1_ps(160), total));
}

float rowQ8(const WeightRows& w, const RowInput& x, int64_t n) {
    const __m512i mask = _mm512_set1_epi16(0x000f), flip = _mm512_set1_epi8(-128);
    const __m512i low = _mm512_set1_epi16(0x4300), high = _mm512_set1_epi16(0x4500);
    const uint8_t* block = w.words + n * w.rowBytes;
    __m512 total = _mm512_setzero_ps(), excess = _mm512_setzero_ps();
    for (int64_t k = 0; k < w.inputs; k += 64, block += 68) {
        fetchAhead(block);
        fetchAhead(block + 64);
        const __m256i first = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block + 2));
        const __m256i second = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block + 36));
        const __m512i v =
            _mm512_xor_si512(_mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1), flip);
        const __m128i d0 = _mm_set1_epi16(static_cast<short>(block[0] | block[1] << 8));
        const __m128i d1 = _mm_set1_epi16(static_cast<short>(block[34] | block[35] << 8));
        const __m512 d = _mm512_cvtph_ps(_mm256_set_m128i(d1, d0));
        const __m512bh even = loadPairs(x.shuffled + k), odd = loadPairs(x.shuffled + k + 32);
        __m512 sum = _mm512_setzero_ps(), other = _mm512_setzero_ps();
        sum = _mm512_dpbf16_ps(sum, underBits(v, mask, low), even);
        other = _mm512_dpbf16_ps(other, underBits(_mm512_srli_epi16(v, 4), mask, high), even);
        sum = _mm512_dpbf16_ps(sum, underBits(_mm512_srli_epi16(v, 8), mask, low), odd);
        other = _mm512_dpbf16_ps(other, underBits(_mm512_srli_epi16(v, 12), mask, high), odd);
        total = _mm512_fmadd_ps(_mm512_add_ps(sum, other), d, total);
        excess = _mm512_fmadd_ps(d, _mm512_loadu_ps(x.spread32 + k / 4), excess);
    }
    // 2176 under the halves of a byte, and 128 that made it unsigned.
    return _mm512_reduce_add_ps(_mm512_fnmadd_ps(excess, _mm512_set1_ps(2304), total));
}

// Bits of float8_e4m3fn at the place of a float's, 2^120 too small; inputs are the wide ones.
float rowFp8(const WeightRows& w, const RowInput& x, int64_t n) {
    const __m512i magnitude = _mm512_set1_epi32(0x07f00000);
    const __m512i sign = _mm512_set1_epi32(static_cast<int>(0x80000000u));
    const __m512i rest =
        _mm512_set1_epi32(0x7f);  // both codes that are no number have all of these
    __mmask16 noNumber = 0;
    const uint8_t* row = w.words + n * w.rowBytes;
    const float* scales = static_cast<const float*>(w.scales) + n / w.blockRows * w.scaleColumns;
    __m512 total = _mm512_setzero_ps();
    for (int64_t block = 0; block < w.scaleColumns; ++block) {
        const int64_t begin = block * w.blockColumns;
        const int64_t end = begin + w.blockColumns < w.inputs ? begin + w.blockColumns : w.inputs;
        __m512 sums[2] = {_mm512_setzero_ps(), _mm512_setzero_ps()};
        for (int64_t k = begin; k < end; k += 32) {
            fetchAhead(row + k);
            for (int half = 0; half < 2; ++half) {
                const __m512i code = _mm512_cvtepu8_epi32(
                    _mm_loadu_si128(reinterpret_cast<const __m128i*>(row + k + 16 * half)));
                noNumber |= _mm512_cmpeq_epi32_mask(_mm512_and_si512(code, rest), rest);
                const __m512i minus = _mm512_and_si512(_mm512_slli_epi32(code, 24), sign);
                const __m512i value =
                    _mm512_ternarylogic_epi32(_mm512_slli_epi32(code, 20), magnitude, minus, 0xea);
                sums[half] = _mm512_fmadd_ps(_mm512_castsi512_ps(value),
                                             _mm512_loadu_ps(x.wide + k + 16 * half), sums[half]);
            }
        }
        // In two steps: 2^120 times a scale may be too large for a float.
        const __m512 sum = _mm512_mul_ps(_mm512_add_ps(sums[0], sums[1]), _mm512_set1_ps(0x1p120f));
        total = _mm512_fmadd_ps(sum, _mm512_set1_ps(scales[block]), total);
    }
    return noNumber ? floatOfBits(0x7fc00000u) : _mm512_reduce_add_ps(total);
}

bool hasWholeBlocks(const WeightRows& w) {
    return w.inputs % kSumBlock == 0 && w.groupSize % kSumBlock == 0 &&
           w.inputs / kSumBlock <= kMostBlocks;
}

InputOrder orderOf(const WeightRows& w) {
    if (w.format == WeightFormat::kBf16) return InputOrder::kPlain;
    if (w.format == WeightFormat::kInt4 && hasWholeBlocks(w)) return InputOrder::kNibbles;
    if (w.format == WeightFormat::kInt8 && hasWholeBlocks(w)) return InputOrder::kBytes;
    if (w.format == WeightFormat::kQ8_0 && w.inputs % 64 == 0) return InputOrder::kBytes;
    if (w.format == WeightFormat::kQ4_K || w.format == WeightFormat::kQ5_K) {
        return InputOrder::kQ45K;
    }
    if (w.format == WeightFormat::kQ6_K) return InputOrder::kQ6K;
    return InputOrder::kNone;
}

void multiplyRows(const WeightRows& w, const RowInput& x, int64_t begin, int64_t end, float* y) {
    const InputOrder order = x.narrow ? orderOf(w) : InputOrder::kNone;
    const bool isFp8 = w.format == WeightFormat::kFp8 && isInWhole32(w);
    if (order == InputOrder::kNone && !isFp8) return multiplyVec256(w, x, begin, end, y);
    alignas(64) float scales[kMostBlocks + 16];
    for (int64_t n = begin; n < end; ++n) {
        float& out = y[n - begin];
        switch (w.format) {
            case WeightFormat::kBf16:
                out = rowBf16(w.words + n * w.rowBytes, x.narrow, w.inputs);
                break;
            case WeightFormat::kInt4:
                out = rowInt4(w, x, n, scales);
                break;
            case WeightFormat::kInt8:
                out = rowInt8(w, x, n, scales);
                break;
            case WeightFormat::kQ8_0:
                out = rowQ8(w, x, n);
                break;
            case WeightFormat::kQ4_K:
                out = rowQ45K<false>(w, x, n);
                break;
            case WeightFormat::kQ5_K:
                out = rowQ45K<true>(w, x, n);
                break;
            case WeightFormat::kQ6_K:
                out = rowQ6K(w, x, n);
                break;
            default:
                out = rowFp8(w, x, n);
        }
    }
}

constexpr RowKernels kRows = {orderOf, multiplyRows, unpackRows, attendNarrowPiece};

}  // namespace

const RowKernels* avx512Bf16Rows() {
    return &kRows;
}

}  // namespace reelquery::kernels
