#pragma once

// The product of one row with weights of bf16 on a card, by our kernel (kernels/gemm/bf16_row).
// K inputs, N outputs.

namespace at {
class Tensor;
}

namespace reelquery {

/// Whether multiplyCardRow() serves these: one row, both bf16 on one card, our library open, rows
/// of the weights on 16 bytes. x: [n, K], weight: [N, K].
bool isCardRow(const at::Tensor& x, const at::Tensor& weight);

/// x W^T + bias, [1, K] -> [1, N]. bias: [N] of bf16, or undefined. Runs on torch's current stream
/// and waits for nothing. The weights must not be the result of the last operation on that stream.
/// Requires isCardRow(x, weight). Errors: Error{kDevice}.
at::Tensor multiplyCardRow(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace reelquery
