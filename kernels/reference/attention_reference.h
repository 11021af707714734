#pragma once
// Attention in plain double-precision loops: the oracle of the CPU and CUDA kernels.
// Symbols: Hq query heads, Lq queries, Lk keys, D head dimension, B block size.

#include <vector>

#include "kernels/attention_params.h"
#include "kernels/block_layout.h"

namespace reelquery::kernels::reference {

/// softmax(scale * q k^T) v over every key a query sees. Returns [Hq, Lq, D].
/// A query that sees no key gives zeros. Thread: any. Takes O(Hq Lq Lk D) time.
std::vector<double> denseAttention(const AttentionInputs& inputs);

/// The same over the listed key blocks only; a row with an empty list gives zeros. The order of a
/// list does not matter. Returns [Hq, Lq, D].
std::vector<double> sparseAttention(const AttentionInputs& inputs, const BlockLists& lists);

}  // namespace reelquery::kernels::reference
