#pragma once
// Brings strided tensors into the units and panels of tile_kernels.h.
// See Note [Units and panels].

#include <cstdint>

#include "kernels/attention_params.h"

namespace reelquery::kernels {

/// Rows of a source matrix: `rows` rows of `dim` numbers, `stride` numbers apart.
struct SourceRows {
    const void* data = nullptr;
    Dtype dtype = Dtype::kFloat32;
    std::int64_t stride = 0;
    int rows = 0;
    int dim = 0;
};

/// The rows of one head from `token` on.
SourceRows headRows(const HeadsView& view, const AttentionShape& shape, int head,
                    std::int64_t token, int rows);

/// Units that hold `dim` numbers.
inline int unitsFor(int dim, int unitElements) {
    return (dim + unitElements - 1) / unitElements;
}

/// Asks for a row of the source to be brought into the cache.
void prefetchRow(const SourceRows& source, int row);

/// out[r][u], `outStride` units apart; the rest of the last unit is zero.
void packRows(const SourceRows& source, int unitElements, std::uint32_t* out,
              std::int64_t outStride);

/// The transpose as one panel: out[u][c] = unit u of row c, zero for c in [rows, columns).
void packTransposed(const SourceRows& source, int unitElements, int columns, std::uint32_t* out);

/// Whether every number of the rows is finite.
bool allFinite(const SourceRows& source);

/// Units that join neighbouring rows, as panels of `columns` columns:
/// out[panel][depth/unitElements][columns], zero for rows past the last and columns past dim.
void packPanels(const SourceRows& source, int unitElements, int columns, int depth,
                std::uint32_t* out);

}  // namespace reelquery::kernels
