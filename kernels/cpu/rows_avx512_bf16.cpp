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

bool hasWholeBlocks(const WeightRows& w) {
    return w.inputs % kSumBlock == 0 && w.groupSize % kSumBlock == 0 &&
           w.inputs / kSumBlock <= kMostBlocks;
}

InputOrder orderOf(const WeightRows& w) {
    if (w.format == WeightFormat::kBf16) return InputOrder::kPlain;
    if (w.format == WeightFormat::kInt4 && hasWholeBlocks(w)) return InputOrder::kNibbles;
    if (w.format == WeightFormat::kInt8 && hasWholeBlocks(w)) return InputOrder::kBytes;
    return InputOrder::kNone;
}

void multiplyRows(const WeightRows& w, const RowInput& x, int64_t begin, int64_t end, float* y) {
    const InputOrder order = x.narrow ? orderOf(w) : InputOrder::kNone;
    if (order == InputOrder::kNone) return multiplyUnpacked(w, x, begin, end, y);
    alignas(64) float scales[kMostBlocks + 16];
    for (int64_t n = begin; n < end; ++n) {
        if (order == InputOrder::kPlain) {
            y[n - begin] = rowBf16(w.words + n * w.rowBytes, x.narrow, w.inputs);
        } else {
            y[n - begin] =
                order == InputOrder::kNibbles ? rowInt4(w, x, n, scales) : rowInt8(w, x, n, scales);
        }
    }
}

constexpr RowKernels kRows = {orderOf, multiplyRows, unpackRows};

}  // namespace

const RowKernels* avx512Bf16Rows() {
    return &kRows;
}

}  // namespace reelquery::kernels
