#pragma once
// From the tower's patches to tokens of the language model. Internal to vision/encoder.
// P patches, W width of the tower, H hidden size of the language model.

#include "vision/encoder/vision_block.h"

namespace reelquery {

/// Norm and MLP over the mergeSize^2 patches of a token. Immutable after construction.
class VisionMerger {
  public:
    VisionMerger(const VisionConfig& config, const MergerSpec& modules,
                 const WeightSource& weights);

    /// x [P, W], patches of a token in a row -> [P / mergeSize^2, H].
    at::Tensor apply(const at::Tensor& x) const;

  private:
    std::int64_t mergedWidth_;  // of the patches of a token in a row
    bool normsToken_;
    VisionNorm norm_;
    Linear first_, second_;
};

}  // namespace reelquery
