#pragma once
// Descriptions of strided tensors for Hopper's bulk tensor copies.

#include <cuda.h>

#include <cstdint>

namespace reelquery::kernels::cuda {

/// A bf16 [heads, rows, D] tensor. Strides in elements; D is contiguous.
struct StridedRows {
    const void* data = nullptr;
    std::int64_t rows = 0;
    std::int64_t rowStride = 0;
    int heads = 0;
    std::int64_t headStride = 0;
    int headDim = 0;  ///< a multiple of 64
};

/// Describes boxes of `boxRows` rows x 64 columns x `boxPanels` panels of one head, 128-byte
/// swizzled. Box coordinates: column inside the panel (0), row, panel, head.
/// Returns false where the driver refuses: data not on 16 bytes, or strides not multiples of 8.
bool describeRows(const StridedRows& tensor, int boxRows, int boxPanels, CUtensorMap* map);

/// Describes boxes of one key/value head's packed query heads: 64 columns x `group` heads x
/// `boxRows` rows of one panel, so that a tile's rows are (row, head of the group) pairs in this
/// order, 128 bytes each, 128-byte swizzled. Box coordinates: column inside the panel (0), head,
/// row, panel. Returns false as describeRows().
bool describePackedRows(const StridedRows& tensor, int group, int boxRows, CUtensorMap* map);

}  // namespace reelquery::kernels::cuda
