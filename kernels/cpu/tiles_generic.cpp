// float32 on four lanes of the compiler's own vectors, for any processor.
#include "kernels/cpu/tile_kernels.h"
#include "kernels/cpu/tile_kernels_impl.h"

namespace reelquery::kernels {

namespace {

typedef float Float4 __attribute__((vector_size(16)));

struct Vec128 {
    using Reg = Float4;
    static constexpr int kLanes = 4;
    static constexpr int kTileRows = 4;
    static constexpr float kLowestExponent = -127.0f;  // exponent bits 0: a factor of 0

    static Reg load(const float* p) {
        Reg x;
        __builtin_memcpy(&x, p, sizeof x);
        return x;
    }

    static void store(float* p, Reg x) { __builtin_memcpy(p, &x, sizeof x); }

    static Reg set(float x) { return Reg{x, x, x, x}; }

    static Reg add(Reg a, Reg b) { return a + b; }

    static Reg sub(Reg a, Reg b) { return a - b; }

    static Reg mul(Reg a, Reg b) { return a * b; }

    static Reg fma(Reg a, Reg b, Reg c) { return a * b + c; }

    static Reg max(Reg a, Reg b) { return a > b ? a : b; }

    static Reg round(Reg x) {
        const Reg magic = set(12582912.0f);  // 1.5 * 2^23: adding it leaves no room for fractions
        return (x + magic) - magic;
    }

    static Reg scaleByPow2(Reg x, Reg whole) {
        Reg factor;
        for (int i = 0; i < kLanes; ++i) {
            const float n = whole[i] == whole[i] ? whole[i] : 0.0f;  // x is NaN already then
            const uint32_t bits = static_cast<uint32_t>(static_cast<int>(n) + 127) << 23;
            float f;
            __builtin_memcpy(&f, &bits, sizeof f);
            factor[i] = f;
        }
        return x * factor;
    }

    static float largest(Reg x) {
        const float a = x[0] > x[1] ? x[0] : x[1], b = x[2] > x[3] ? x[2] : x[3];
        return a > b ? a : b;
    }

    // The first n lanes; -inf in the others.
    static Reg keepFirst(Reg x, int n) {
        for (int i = n < 0 ? 0 : n; i < kLanes; ++i) x[i] = -__builtin_inff();
        return x;
    }

    static float sum(Reg x) { return (x[0] + x[1]) + (x[2] + x[3]); }

    // Rounds to nearest even; NaN stays NaN.
    static void storeBf16(uint16_t* p, Reg x) {
        for (int i = 0; i < kLanes; ++i) {
            uint32_t bits;
            const float value = x[i];
            __builtin_memcpy(&bits, &value, sizeof bits);
            const uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
            p[i] = static_cast<uint16_t>(value == value ? rounded : (bits >> 16) | 0x40u);
        }
    }

    // The sum of all 8 lanes of a and b: a panel has no more columns.
    static void storeSums(Reg a, Reg b, int, float* out) { out[0] = sum(a + b); }
};

struct FloatArith128 {
    using Units = Float4;
    static constexpr int kUnitElements = 1;
    static constexpr int kExpDegree = 6;

    static Units load(const uint32_t* p) {
        Units x;
        __builtin_memcpy(&x, p, sizeof x);
        return x;
    }

    static Units broadcast(const uint32_t* p) {
        float x;
        __builtin_memcpy(&x, p, sizeof x);
        return Vec128::set(x);
    }

    static Float4 mac(Float4 sum, Units a, Units b) { return sum + a * b; }

    static float number(uint32_t unit, int) {
        float x;
        __builtin_memcpy(&x, &unit, sizeof x);
        return x;
    }

    static void storeWeights(float* row, int column, Float4 w0, Float4 w1) {
        Vec128::store(row + column, w0);
        Vec128::store(row + column + 4, w1);
    }
};

constexpr TileKernels kTiles = makeTileKernels<Vec128, FloatArith128>();

}  // namespace

const TileKernels* genericTiles() {
    return &kTiles;
}

}  // namespace reelquery::kernels
