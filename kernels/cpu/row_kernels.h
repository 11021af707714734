#pragma once
// Products of one row of activations with a matrix of weights, plain or packed; the inner kernels,
// one table per instruction set. See Note [No inline functions in the files of an instruction set]
// in tile_kernels.h: these files see this header, row_kernels_impl.h, <stdint.h> and intrinsics.
//
// W [N, K]: N outputs, K inputs. What bounds such a product is the bytes of W, so a kernel reads
// each once, front to back, and everything that depends on x alone is prepared once per product.

#include <stdint.h>

#include "kernels/cpu/narrow_piece.h"

namespace reelquery::kernels {

enum class WeightFormat {
    kBf16,  ///< [N, K] of bf16
    kInt4,  ///< values of a row in nibbles, the even ones low; (q - zero) * scale
    kInt8,  ///< unsigned bytes; (q - zero) * scale
    kFp8,   ///< float8_e4m3fn; value * scale
    kQ4_0,  ///< GGUF blocks of 32 and 256 values, K a multiple of it
    kQ4_1,
    kQ5_0,
    kQ5_1,
    kQ8_0,
    kQ4_K,
    kQ5_K,
    kQ6_K
};

/// A matrix in memory; what a format does not have is null or 0.
struct WeightRows {
    WeightFormat format = WeightFormat::kBf16;
    const uint8_t* words = nullptr;
    int64_t rowBytes = 0;
    int64_t outputs = 0, inputs = 0;
    const void* scales = nullptr;    ///< float16 or float; integers: [N, groups];
                                     ///< fp8: float [ceil(N/blockRows), scaleColumns]
    int halfScales = 0;              ///< scales are float16
    const uint8_t* zeros = nullptr;  ///< [N, groups]; null: 8 or 128
    int64_t groupSize = 0, groups = 0;
    int64_t blockRows = 0, blockColumns = 0, scaleColumns = 0;  ///< fp8
};

enum { kSumBlock = 128 };  ///< inputs whose sum RowInput holds

/// What is multiplied, as the kernels want it.
struct RowInput {
    const float* wide = nullptr;         ///< [K]
    const uint16_t* narrow = nullptr;    ///< [K] bf16; null where x is float
    const uint16_t* shuffled = nullptr;  ///< [K] bf16 in the order of the format's unpacking, where
                                         ///< RowKernels::order asks for one
    const float* sums = nullptr;         ///< [K / kSumBlock], of bf16 x
    const float* sums32 = nullptr;       ///< [K / 32]
    const float* sums16 = nullptr;       ///< [K / 16]
    const float* spread32 = nullptr;     ///< [K / 32][8]: an eighth of the sum in each
};

/// In which order the kernel for a format wants bf16 inputs beside the plain one.
enum class InputOrder {
    kNone,     ///< not at all: it takes the wide ones
    kPlain,    ///< as they are
    kNibbles,  ///< of each 128: those of remainder 0, 1, 2, 3 by 4
    kBytes,    ///< of each 64: the even ones, the odd ones
    kQ45K,     ///< of each 128: the even ones of the first and third 32, those of the second and
               ///< fourth, then the odd ones in the same way
    kQ6K       ///< the same with the first and second 32, the third and fourth
};

struct RowKernels {
    /// The order wanted for this matrix and bf16 inputs.
    InputOrder (*order)(const WeightRows& w);
    /// y[n - begin] = sum over k of W[n][k] x[k] for n of [begin, end).
    void (*multiply)(const WeightRows& w, const RowInput& x, int64_t begin, int64_t end, float* y);
    /// Rows [begin, end) as float32, or rounded to bf16: out [end - begin][K].
    void (*unpack)(const WeightRows& w, int64_t begin, int64_t end, void* out, int toBf16);
    /// Of attention over keys and values of 8 bits.
    void (*attendPiece)(const NarrowPiece& piece);
};

/// Null where the build has no such kernels.
const RowKernels* genericRows();
const RowKernels* avx2Rows();
const RowKernels* avx512Rows();
const RowKernels* avx512Bf16Rows();

}  // namespace reelquery::kernels
