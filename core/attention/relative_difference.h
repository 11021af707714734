#pragma once
// How far apart two tensors are; for measurements and tests.

#include <ATen/core/Tensor.h>

namespace reelquery {

/// |a - b| / |b| in Frobenius norms, in double; 0 where both are all zero.
double relativeDifference(const at::Tensor& a, const at::Tensor& b);

}  // namespace reelquery
