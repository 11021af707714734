#pragma once
// Large tensors brought to a device or into a number type without being deaf to a stop meanwhile.

#include "core/base/cancel.h"
#include "core/device/compute_target.h"

namespace at {
class Tensor;
}

namespace reelquery {

/// `source` on the device and in the number type of `target`: itself where it is there already,
/// else a copy, the same to the last bit as Tensor::to gives, made in pieces with a look at
/// `cancel` between them. Errors: kCancelled; torch's own where memory is refused.
at::Tensor toTarget(const at::Tensor& source, const ComputeTarget& target,
                    const CancelToken& cancel);

}  // namespace reelquery
