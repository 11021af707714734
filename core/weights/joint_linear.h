#pragma once
// Several linear maps of the same rows. Internal to core/model.

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "core/base/cancel.h"

namespace reelquery {

/// On a card the weights are joined into one matrix, because a narrow product alone leaves most of
/// its multiprocessors idle and each costs a launch per token. On the CPU they stay what the
/// checkpoint gave, views of the mapped file. Immutable after construction.
class JointLinear {
  public:
    JointLinear() = default;

    /// weights: [outputs, inputs] each. biases: none, or [outputs] for each.
    JointLinear(std::vector<at::Tensor> weights, std::vector<at::Tensor> biases);

    /// x [n, inputs] -> for each weight [n, its outputs]; on a card views of one product, rows
    /// apart. Errors: kCancelled, looked at before each product.
    std::vector<at::Tensor> operator()(const at::Tensor& x, const CancelToken& cancel) const;

  private:
    std::vector<at::Tensor> weights_, biases_;  // one of each where they are joined
    std::vector<std::int64_t> outputs_;         // of each map
};

}  // namespace reelquery
