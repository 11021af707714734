#pragma once
// The element-by-element steps of a transformer layer on a card, each one pass over memory where
// torch's own operations make two to nine. Callers keep their torch expressions for everything that
// haveRowSteps() refuses: the CPU, and a card without our library.
// n tokens (rows), D head dimension, W values of a row.

#include <cstdint>

namespace at {
class Tensor;
}

namespace reelquery {

/// Whether the functions below serve tensors like x: on a card, float32 or bf16, our library open.
/// They compute in float32, round once to x's type, run on torch's current stream and wait for
/// nothing. Errors of all: Error{kDevice}, {kInternal}.
bool haveRowSteps(const at::Tensor& x);

/// Half-split rotation of heads: x, out [n, heads, D], any strides with D contiguous; out may be x.
/// cos, sin: n * D/2 values each, float32, contiguous.
void rotateHeads(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin,
                 const at::Tensor& out);

/// An RMS norm over D of every head of x, [n, heads, D], then their rotation, in place: one pass
/// where both apart take three. Requires mayNormInRotation(D). weight: [D] of x's type.
void normAndRotateHeads(const at::Tensor& x, const at::Tensor& weight, double eps,
                        const at::Tensor& cos, const at::Tensor& sin);

/// Whether heads of dimension D can be normed in their rotation: D a power of two from 16 to 256,
/// which keeps a head's threads within one warp in both types. Others take normRows first.
bool mayNormInRotation(std::int64_t headDim);

/// x = x * sigmoid(slope * x) in place, times `factor` where that is defined. x, factor: [n, W],
/// any row strides.
void gateRows(const at::Tensor& x, double slope, const at::Tensor& factor);

/// Norm of the rows of x [n, W], contiguous: a layer norm where bias is defined, else an RMS norm.
at::Tensor normRows(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                    double eps);

/// x += y in place, then the norm of x. All [n, W], contiguous.
at::Tensor addAndNormRows(const at::Tensor& x, const at::Tensor& y, const at::Tensor& weight,
                          const at::Tensor& bias, double eps);

}  // namespace reelquery
