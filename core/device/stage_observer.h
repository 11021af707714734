#pragma once
// Who looks at the values inside a model while it runs: golden tests and tools, never a question.

#include <string>

namespace at {
class Tensor;
}

namespace reelquery {

/// Told each stage as it is computed. The value may be written to afterwards: keep a clone.
class StageObserver {
  public:
    virtual ~StageObserver() = default;

    /// stage: "lm.layer_0.attn", "vision.block_3.mlp".
    virtual void see(const std::string& stage, const at::Tensor& value) = 0;
};

}  // namespace reelquery
