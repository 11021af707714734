#pragma once
// The measuring half of attention_costs.h.

#include <stop_token>

#include "core/attention/attention_costs.h"
#include "core/attention/attention_kernels.h"
#include "core/attention/block_selector.h"

namespace reelquery {

/// Times dense attention, selection and sparse attention in three sizes of call on made-up inputs
/// on the shape's device: a second or two. Requires kernels and a selector that serve it. Polls
/// `stop` between calls and then returns what makes no sense: the caller polls its own token.
/// Errors: Error{kMemory}, {kDevice} also where torch refuses the device.
AttentionCosts measureAttentionCosts(const CostShape& shape, const AttentionKernels& kernels,
                                     const BlockSelector& selector, std::stop_token stop);

}  // namespace reelquery
