#pragma once
// Linear maps over the weights of a checkpoint, whatever format these are stored in.
// n rows, K inputs, N outputs.

#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/cancel.h"

namespace at {
class Tensor;
}

namespace reelquery {

/// How one format of weights multiplies: y = x W^T + b. A new format is one class below this.
/// Immutable. Thread: any.
class LinearFormat {
  public:
    virtual ~LinearFormat() = default;

    /// x [n, K] -> [n, N] of x's number type. Waits for nothing and launches the same work for the
    /// same n, so that it can be recorded in a graph.
    virtual at::Tensor apply(const at::Tensor& x) const = 0;

    /// Rows of W [index size, K]: what an embedding looks up. index: int64 on the map's device.
    virtual at::Tensor rows(const at::Tensor& index) const = 0;

    virtual std::int64_t outputs() const = 0;

    /// Bytes of weights and bias as they are kept.
    virtual std::int64_t bytes() const = 0;

    using Shared = std::shared_ptr<const LinearFormat>;  // tied matrices are one map in two places

    /// One map with the outputs of all `maps` (this is the first) in order; null where they are
    /// better done one after the other.
    virtual Shared joined(const std::vector<Shared>& maps) const = 0;
};

/// One linear map, or several of the same rows. Immutable, cheap to copy. Thread: any.
class Linear {
  public:
    /// No map; may not be applied.
    Linear() = default;

    explicit Linear(LinearFormat::Shared map);

    /// Of a bf16 or float32 matrix [N, K] that is used as it is, with a bias [N] or an undefined
    /// one.
    static Linear plain(const at::Tensor& weight, const at::Tensor& bias);

    /// Maps of the same rows, applied with applyEach(). On a card plain ones are joined into one
    /// matrix, because a narrow product alone leaves most of its multiprocessors idle and each
    /// costs a launch per token; the originals are freed with their last owner. On the CPU they
    /// stay what the checkpoint gave, views of the mapped file.
    static Linear join(const std::vector<Linear>& maps);

    explicit operator bool() const { return !maps_.empty(); }

    /// x [n, K] -> [n, N]. Requires a single map.
    at::Tensor apply(const at::Tensor& x) const;

    /// x [n, K] -> for each joined map [n, its N]; where they were joined views of one product,
    /// rows apart. Errors: kCancelled, looked at before each product.
    std::vector<at::Tensor> applyEach(const at::Tensor& x, const CancelToken& cancel) const;

    /// Rows of the matrix, [index size, K]. Requires a single map.
    at::Tensor rows(const at::Tensor& index) const;

    /// Of all maps together.
    std::int64_t outputs() const;
    std::int64_t bytes() const;

  private:
    std::vector<LinearFormat::Shared> maps_;  // a single one where they were joined
    std::vector<std::int64_t> outputs_;       // of each map that went in
};

}  // namespace reelquery
