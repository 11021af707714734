#pragma once
// torch's own attention, as the outside baseline of benchmarks and checks.

#include "core/attention/attention_backend.h"

namespace reelquery {

/// The call through at::scaled_dot_product_attention, whose is_causal is aligned top-left: an
/// explicit mask gives bottom-right causality where Lq differs from Lk.
/// Returns [Lq, Hq*D] contiguous. Does not poll call.stop. Device: any that torch serves.
at::Tensor sdpaAttention(const AttentionCall& call);

}  // namespace reelquery
