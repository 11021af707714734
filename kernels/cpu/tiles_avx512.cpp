// float32 on AVX-512.
#include <immintrin.h>

#include "kernels/cpu/tile_kernels.h"
#include "kernels/cpu/tile_kernels_impl.h"
#include "kernels/cpu/vec_avx512.h"

namespace reelquery::kernels {

namespace {

struct FloatArith512 {
    using Units = __m512;
    static constexpr int kUnitElements = 1;
    static constexpr int kExpDegree = 6;

    static Units load(const uint32_t* p) { return _mm512_castsi512_ps(_mm512_loadu_si512(p)); }

    static Units broadcast(const uint32_t* p) {
        return _mm512_castsi512_ps(_mm512_set1_epi32(static_cast<int>(*p)));
    }

    static __m512 mac(__m512 sum, Units a, Units b) { return _mm512_fmadd_ps(a, b, sum); }

    static float number(uint32_t unit, int) {
        float x;
        __builtin_memcpy(&x, &unit, sizeof x);
        return x;
    }

    static void storeWeights(float* row, int column, __m512 w0, __m512 w1) {
        _mm512_storeu_ps(row + column, w0);
        _mm512_storeu_ps(row + column + 16, w1);
    }
};

constexpr TileKernels kTiles = makeTileKernels<Vec512, FloatArith512>();

}  // namespace

const TileKernels* avx512Tiles() {
    return &kTiles;
}

}  // namespace reelquery::kernels
