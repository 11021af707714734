#pragma once
// Threshold selection by sorting, as Note [Which blocks a row keeps] states it.
// Symbols: Hq query heads, NQ query blocks, NK key blocks, D the diagonal block of a row.

#include <cstdint>
#include <vector>

#include "kernels/block_layout.h"
#include "kernels/reference/score_reference.h"

namespace reelquery::kernels::reference {

struct SelectedBlocks {
    std::int64_t pitch = 0;              ///< NK
    std::vector<std::uint16_t> columns;  ///< [Hq, NQ, pitch], ascending in every row
    std::vector<std::int32_t> counts;    ///< [Hq, NQ]

    BlockLists lists() const { return {columns.data(), counts.data(), pitch}; }
};

/// Chooses the blocks of every row from their masses, rounded to float32 first and added up in
/// double. Ignores params.stride and params.pattern. Thread: any.
///
/// compatRows: 0, or the number of query blocks in the original implementation's first chunk. Those
/// rows (and row 0) then follow its quirk: only the diagonal is forced there while its cumulative
/// list assumes two forced blocks, so the mass before the n-th other block leaves out the block
/// just before it, and column 0 is kept without being counted. For parity tests; causal only.
SelectedBlocks selectBlocks(const BlockMass& mass, const AttentionShape& shape,
                            const SelectionParams& params, std::int64_t compatRows = 0);

}  // namespace reelquery::kernels::reference
