#pragma once
// The block that attention chooses by, for the boxes that do not see the kernels.

#include <cstdint>

#include "kernels/block_layout.h"

namespace reelquery {

/// Queries and keys of one block.
inline constexpr std::int64_t kAttentionBlock = kernels::kBlockSize;

}  // namespace reelquery
