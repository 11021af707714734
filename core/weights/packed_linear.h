#pragma once
// A linear map over packed weights.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "core/weights/linear.h"
#include "core/weights/packed_matrix.h"

namespace reelquery {

/// How a device multiplies with a packed matrix faster than by unpacking it each time. It may keep
/// the matrix in a layout of its own. Immutable. Thread: any.
class PackedProduct {
  public:
    virtual ~PackedProduct() = default;

    /// x [n, K] -> x W^T [n, N] of x's number type, any n >= 0; no bias. Waits for nothing and
    /// launches the same work for the same n.
    virtual at::Tensor apply(const at::Tensor& x) const = 0;

    /// Bytes it keeps on the device, the matrix included.
    virtual std::int64_t bytes() const = 0;
};

/// For a matrix on a card: kernels over its words; null where there are none for it (then each
/// product unpacks the matrix into a scratch with torch's operations, right but slow: see
/// isProductFast()).
std::unique_ptr<PackedProduct> makeCudaProduct(const PackedMatrix& matrix);

/// y = x W^T + b with W packed. One row on the CPU reads the words in place (kernels/cpu), many
/// rows unpack panels of W into the number type of x.
class PackedLinear final : public LinearFormat {
  public:
    /// bias: [N] in the run's number type, or undefined. The matrix is on the run's device; rows()
    /// come in `type`, the run's.
    PackedLinear(PackedMatrix matrix, at::Tensor bias, at::ScalarType type);

    at::Tensor apply(const at::Tensor& x) const override;
    at::Tensor rows(const at::Tensor& index) const override;
    std::int64_t outputs() const override;
    std::int64_t bytes() const override;
    Shared joined(const std::vector<Shared>& maps) const override;

    /// False where every product unpacks the whole matrix first, which the report has to say.
    bool isProductFast() const;

    PackedFormat format() const { return matrix_.format; }

  private:
    at::Tensor product(const at::Tensor& x) const;

    PackedMatrix matrix_;  // without tensors once a product keeps them in its own layout
    at::Tensor order_;     // int64 [K]: where the matrix' inputs lie in x; undefined: in order
    at::Tensor bias_;
    at::ScalarType type_;
    std::unique_ptr<PackedProduct> product_;  // null: unpacks
};

}  // namespace reelquery
