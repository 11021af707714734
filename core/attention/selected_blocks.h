#pragma once
// The blocks that a call attends to. Symbols: Hq query heads, NQ query blocks, NK key blocks.

#include <ATen/core/Tensor.h>

namespace reelquery {

/// Block lists where the device can read them, and what choosing them took.
struct SelectedBlocks {
    at::Tensor columns;    ///< [Hq, NQ, NK] 16-bit; see kernels::BlockLists
    at::Tensor counts;     ///< [Hq, NQ] int32
    at::Tensor keptShare;  ///< [Hq, NQ] float32, kept share of each row's estimated mass
    double selectMs = 0;   ///< the part of the wall time that went into choosing, where known
};

}  // namespace reelquery
