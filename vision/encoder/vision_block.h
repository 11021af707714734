#pragma once
// One transformer block of a vision tower. Internal to vision/encoder; see vision_tower.h.
// P patches, W width of the tower.

#include <ATen/ATen.h>

#include <string>
#include <vector>

#include "vision/encoder/vision_attention.h"
#include "vision/encoder/vision_tower.h"

namespace reelquery {

/// A norm of either family: LayerNorm where there is a bias, RMSNorm where there is none.
struct VisionNorm {
    at::Tensor weight, bias;  // [W]
    double eps = 0;

    at::Tensor operator()(const at::Tensor& x) const;

    /// x += y in place, then the norm of x.
    at::Tensor afterAdding(at::Tensor& x, const at::Tensor& y) const;
};

/// y = x weight^T + bias.
struct VisionLinear {
    at::Tensor weight, bias;

    at::Tensor operator()(const at::Tensor& x) const { return at::linear(x, weight, bias); }
};

/// Takes weights by name and checks their shapes.
class VisionWeightReader {
  public:
    VisionWeightReader(const VisionConfig& config, const VisionWeights& weights)
        : config_(config), weights_(weights) {}

    at::Tensor take(const std::string& name, at::IntArrayRef shape) const;
    VisionNorm norm(const std::string& name) const;
    VisionLinear linear(const std::string& name, std::int64_t out, std::int64_t in) const;

  private:
    const VisionConfig& config_;
    const VisionWeights& weights_;
};

/// What all blocks of one call share.
struct BlockStep {
    at::Tensor cos, sin;  // [P, 1, D/2] float32
    CancelToken cancel;
    const VisionHook& hook;
};

/// Immutable after construction.
class VisionBlock {
  public:
    VisionBlock(const VisionConfig& config, std::int64_t index, const VisionWeightReader& reader);

    /// Adds attention and MLP to x, [P, W], in place. Errors: kCancelled.
    void run(at::Tensor& x, const std::vector<SegmentGroup>& segments, const BlockStep& step) const;

  private:
    at::Tensor attention(const at::Tensor& normed, const std::vector<SegmentGroup>& segments,
                         const BlockStep& step) const;
    at::Tensor mlp(const at::Tensor& normed) const;

    std::int64_t heads_;
    std::string stage_;  // "vision.block_0"
    VisionNorm norm1_, norm2_;
    VisionLinear qkv_, proj_;
    VisionLinear first_, second_;  // fc1 and fc2, or gate and down
    VisionLinear up_;              // Qwen2.5-VL only
};

}  // namespace reelquery
