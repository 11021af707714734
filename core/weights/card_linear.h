#pragma once
// A linear map over packed weights on a card, multiplied by our kernels.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "core/device/tiled_product.h"
#include "core/weights/linear.h"
#include "core/weights/packed_matrix.h"

namespace reelquery {

/// y = x W^T + b, W in the card's own layout: the same numbers as the packed matrix that it came
/// from, which is freed with its last owner.
class CardLinear final : public LinearFormat {
  public:
    /// bias: [N] in the run's number type, or undefined; rows() come in `type`, the run's.
    CardLinear(std::unique_ptr<TiledProduct> product, at::Tensor bias, at::ScalarType type);

    at::Tensor apply(const at::Tensor& x) const override;
    at::Tensor rows(const at::Tensor& index) const override;
    std::int64_t outputs() const override;
    std::int64_t bytes() const override;
    Shared joined(const std::vector<Shared>& maps) const override;

  private:
    std::unique_ptr<TiledProduct> product_;
    at::Tensor bias_;
    at::ScalarType type_;
};

/// The map over a packed matrix wherever it lies: CardLinear where our kernels serve it, else
/// PackedLinear, which on a card is right but slow. bias: [N] in `type`, the run's, or undefined.
LinearFormat::Shared makePackedLinear(const PackedMatrix& matrix, const at::Tensor& bias,
                                      at::ScalarType type);

}  // namespace reelquery
