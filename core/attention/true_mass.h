#pragma once
// How much attention each block really holds, by the dense softmax.

#include "core/attention/attention_backend.h"

namespace reelquery {

/// The attention probabilities of each block of 128 queries by 128 keys (kernels/block_layout.h),
/// added up: [Hq, NQ, NK] float32, each row summing to the number of its queries. Reads no v.
/// Takes the time of a dense softmax in float32 and Lk * 128 * 4 bytes a head. Polls call.stop per
/// row of blocks.
at::Tensor trueBlockMass(const AttentionCall& call);

}  // namespace reelquery
