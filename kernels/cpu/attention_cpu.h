#pragma once
// The CPU kernels behind a C interface, for programs that are not written in C++: the counterpart
// of attention_cuda.h, with the same descriptions and the same order of arguments.
// Symbols: Hq query heads, Lq queries, Lk keys, D head dimension, NQ query blocks, NK key blocks.
//
// These functions live in the shared library reelquery_cpu and have C linkage so that one dlsym
// each finds them. All tensors and lists are host memory. No call keeps state or threads beyond its
// return, so any number may run at the same time and a process may fork between them; each has its
// own `threads` workers and scratch memory. Thread: any; blocks until done.

#include <cstdint>

#include "kernels/attention_params.h"
#include "kernels/block_layout.h"
#include "kernels/status.h"

namespace reelquery::kernels {

/// Where selection leaves its result. See BlockLists.
struct CpuSelection {
    std::uint16_t* columns = nullptr;  ///< [Hq, NQ, pitch]; zero past a row's count
    std::int32_t* counts = nullptr;    ///< [Hq, NQ]
    std::int64_t pitch = 0;            ///< at least NK
    float* keptShare = nullptr;        ///< [Hq, NQ] kept share of the row's mass, or null
    float* mass = nullptr;             ///< [Hq, NQ, NK] block masses, or null
};

/// Sizes and places in bytes as the library was compiled, for callers that describe the structs in
/// another language.
struct CpuLayout {
    std::int32_t shape = 0, shapeDtype = 0;              ///< AttentionShape, its dtype
    std::int32_t inputs = 0, inputsV = 0;                ///< AttentionInputs, its v
    std::int32_t lists = 0;                              ///< BlockLists
    std::int32_t params = 0, paramsDenseFrom = 0;        ///< SelectionParams, denseFromPosition
    std::int32_t selection = 0, selectionMass = 0;       ///< CpuSelection, its mass
    std::int32_t output = 0, status = 0, blockSize = 0;  ///< MutableHeadsView, Status, kBlockSize
};

#pragma GCC visibility push(default)
extern "C" {

/// Fills `layout`, which is not null.
void reelqueryCpuLayout(CpuLayout* layout);

/// out = softmax(scale * q k^T) v, over every key that a query sees where `lists` is null, else
/// over the listed blocks: denseAttention and sparseAttention of cpu_attention.h, whose contract
/// holds. out: [Hq, Lq, D] of the inputs' type, through its strides. Requires threads >= 1. Errors:
/// kInvalidArgument, kUnsupported, kOutOfMemory.
Status reelqueryCpuPrefill(const AttentionInputs* inputs, const BlockLists* lists,
                           const MutableHeadsView* out, int threads);

/// Scores the blocks by strided antidiagonal sums and keeps the largest: selectBlocks of
/// cpu_attention.h. Reads no v, but v must not be null. Errors: the same.
Status reelqueryCpuSelect(const AttentionInputs* inputs, const SelectionParams* params,
                          const CpuSelection* selection, int threads);

}  // extern "C"
#pragma GCC visibility pop

}  // namespace reelquery::kernels
