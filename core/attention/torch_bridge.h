#pragma once
// Tensors as the plain descriptions that the kernels take, with every check on the way.

#include "core/attention/attention_backend.h"
#include "kernels/attention_params.h"
#include "kernels/status.h"

namespace reelquery {

/// The call's tensors in place. Valid while they live.
/// Errors: Error{kInternal} for shapes, types, devices or strides that break AttentionCall's
/// contract.
kernels::AttentionInputs attentionInputs(const AttentionCall& call);

/// A new [Lq, Hq*D] tensor of q's type and device, and the kernels' view of it.
at::Tensor emptyOutput(const AttentionCall& call);
kernels::MutableHeadsView outputView(const at::Tensor& output, const AttentionCall& call);

/// Throws the Error that a failed kernel call stands for. kCancelled does not throw: the caller of
/// attend() polls its own token.
void throwIfFailed(const kernels::Status& status);

}  // namespace reelquery
