#pragma once
// Tensors as the plain descriptions that the kernels take, with every check on the way.

#include "core/attention/attention_backend.h"
#include "core/device/kernel_status.h"
#include "kernels/attention_params.h"

namespace reelquery {

/// The call's tensors in place. Valid while they live.
/// Errors: Error{kInternal} for shapes, types, devices or strides that break AttentionCall's
/// contract.
kernels::AttentionInputs attentionInputs(const AttentionCall& call);

/// A new [Lq, Hq*D] tensor of q's type and device, and the kernels' view of it.
at::Tensor emptyOutput(const AttentionCall& call);
kernels::MutableHeadsView outputView(const at::Tensor& output, const AttentionCall& call);

}  // namespace reelquery
