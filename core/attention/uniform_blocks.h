#pragma once
// Made-up block lists of a wanted density, to time sparse attention with.

#include "core/attention/attention_kernels.h"

namespace reelquery {

/// For `rows` query blocks from global block `firstBlock` on, causal: each row keeps its own block
/// and random earlier ones, round(density * visible) in all, at least one. The same arguments give
/// the same lists. On the CPU; keptShare is left undefined.
SelectedBlocks uniformBlocks(int heads, std::int64_t rows, std::int64_t firstBlock, double density);

}  // namespace reelquery
