#pragma once
// One transformer block of a vision tower. Internal to vision/encoder; see vision_tower.h.
// P patches, W width of the tower.

#include <ATen/ATen.h>

#include <string>
#include <vector>

#include "core/device/stage_observer.h"
#include "core/spec/vision_config.h"
#include "core/weights/weight_source.h"
#include "vision/encoder/vision_attention.h"

namespace reelquery {

/// LayerNorm where there is a bias, RMSNorm where there is none.
struct VisionNorm {
    at::Tensor weight, bias;  // [W], of what is normed
    double eps = 0;

    at::Tensor operator()(const at::Tensor& x) const;

    /// x += y in place, then the norm of x.
    at::Tensor afterAdding(at::Tensor& x, const at::Tensor& y) const;
};

/// The norm of this module over `width` values, of the tower's kind. Errors: as checkedTensor.
VisionNorm visionNorm(const VisionConfig& config, const WeightSource& weights,
                      const std::string& module, std::int64_t width);

/// What all blocks of one call share.
struct BlockStep {
    at::Tensor cos, sin;  // [P, 1, D/2] float32
    CancelToken cancel;
    StageObserver* observer = nullptr;
};

/// Immutable after construction.
class VisionBlock {
  public:
    VisionBlock(const VisionConfig& config, std::int64_t index, const WeightSource& weights);

    /// Adds attention and MLP to x, [P, W], in place. Errors: kCancelled.
    void run(at::Tensor& x, const std::vector<SegmentGroup>& segments, const BlockStep& step) const;

  private:
    at::Tensor attention(const at::Tensor& normed, const std::vector<SegmentGroup>& segments,
                         const BlockStep& step) const;
    at::Tensor mlp(const at::Tensor& normed) const;

    std::int64_t heads_;
    VisionActivation activation_;
    std::string stage_;  // "vision.block_0"
    VisionNorm norm1_, norm2_;
    Linear qkv_, proj_;
    Linear up_, down_;
    Linear gate_;  // none where the activation has no gate
};

}  // namespace reelquery
