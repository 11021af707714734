#pragma once
// A linear map over packed weights.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "core/weights/linear.h"
#include "core/weights/packed_matrix.h"

namespace reelquery {

/// y = x W^T + b with W packed. One row on the CPU reads the words in place (kernels/cpu), many
/// rows unpack panels of W into the number type of x. On a card every product unpacks W with
/// torch's operations: what no kernel of ours serves (CardLinear) is right there, but slow.
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

    PackedMatrix matrix_;
    at::Tensor order_;  // int64 [K]: where the matrix' inputs lie in x; undefined: in order
    at::Tensor bias_;
    at::ScalarType type_;
};

}  // namespace reelquery
