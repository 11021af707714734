#pragma once
// Products with weights on the CPU, by the kernels of kernels/cpu.

#include <ATen/core/Tensor.h>

#include "core/weights/packed_matrix.h"

namespace reelquery {

/// x [1, K] bf16 or float32, W [N, K] bf16 on the CPU: x W^T [1, N] in x's number type.
at::Tensor multiplyPlainRow(const at::Tensor& x, const at::Tensor& weight);

/// x [n, K] bf16 or float32, W packed, without groupOf, on the CPU: x W^T [n, N] in x's number
/// type. One row is multiplied with the words as they are; for more, panels of W are unpacked into
/// the number type of x.
at::Tensor multiplyPacked(const at::Tensor& x, const PackedMatrix& matrix);

/// Whether multiplyPlainRow() is faster than torch: one row, bf16, on the CPU.
bool isPlainRow(const at::Tensor& x, const at::Tensor& weight);

}  // namespace reelquery
