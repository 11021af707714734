// bf16 on AVX-512 with its bf16 dot product; sums and softmax in float32.
#include <immintrin.h>

#include "kernels/cpu/tile_kernels.h"
#include "kernels/cpu/tile_kernels_impl.h"
#include "kernels/cpu/vec_avx512.h"

namespace reelquery::kernels {

namespace {

struct Bf16Arith512 {
    using Units = __m512bh;
    static constexpr int kUnitElements = 2;
    static constexpr int kExpDegree = 4;  // weights are rounded to 8 bits anyway

    static Units load(const uint32_t* p) { return (__m512bh)_mm512_loadu_si512(p); }

    static Units broadcast(const uint32_t* p) {
        return (__m512bh)_mm512_set1_epi32(static_cast<int>(*p));
    }

    static __m512 mac(__m512 sum, Units a, Units b) { return _mm512_dpbf16_ps(sum, a, b); }

    // Half `part` of a pair, the lower one first.
    static float number(uint32_t unit, int part) {
        const uint32_t bits = part == 0 ? unit << 16 : unit & 0xffff0000u;
        float x;
        __builtin_memcpy(&x, &bits, sizeof x);
        return x;
    }

    // Written over scores that were already read: the weights take half their room.
    static void storeWeights(float* row, int column, __m512 w0, __m512 w1) {
        _mm512_storeu_si512(row + column / 2, (__m512i)_mm512_cvtne2ps_pbh(w1, w0));
    }
};

constexpr TileKernels kTiles = makeTileKernels<Vec512, Bf16Arith512>();

}  // namespace

const TileKernels* avx512Bf16Tiles() {
    return &kTiles;
}

}  // namespace reelquery::kernels
