#pragma once
// Attention for few query rows, such as a short follow-up's question: split-KV with packed GQA.

#include "kernels/attention_params.h"
#include "kernels/cpu/cpu_attention.h"
#include "kernels/cpu/tile_kernels.h"

namespace reelquery::kernels {

/// Whether all query rows that share a key/value head fit one tile.
bool hasFewRows(const AttentionShape& shape);

/// Dense attention that reads every key and value once: the query heads of a key/value head are the
/// rows of one tile, the keys are split among the workers and the parts merged at the end.
/// Requires checked inputs and hasFewRows(). Throws std::bad_alloc.
void attendFewRows(const AttentionInputs& inputs, const TileKernels& tiles,
                   const MutableHeadsView& out, const CpuRun& run);

}  // namespace reelquery::kernels
