#pragma once
// The inner kernel of attention over 8-bit keys and values: some queries of one key/value head by a
// stretch of its keys. Seen by the files of an instruction set, see Note [No inline functions in
// the files of an instruction set] in tile_kernels.h.

#include <stdint.h>

namespace reelquery::kernels {

enum { kMostNarrowDim = 512, kNarrowKeys = 256, kNarrowQueries = 8 };

/// Softmax not yet normalised: out = sum of exp(score - top) v, sum of exp(score - top).
struct NarrowPiece {
    const float* q = nullptr;  ///< [queries][dim]
    int queries = 0;           ///< at most kNarrowQueries
    int dim = 0;
    int keys = 0;  ///< at most kNarrowKeys
    const int8_t* k = nullptr;
    const int8_t* v = nullptr;
    const float* kScales = nullptr;
    const float* vScales = nullptr;
    float scale = 1;
    float* top = nullptr;  ///< [queries]
    float* sum = nullptr;  ///< [queries]
    float* out = nullptr;  ///< [queries][dim]
};

}  // namespace reelquery::kernels
