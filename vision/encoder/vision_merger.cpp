#include "vision/encoder/vision_merger.h"

namespace reelquery {

VisionMerger::VisionMerger(const VisionConfig& config, const MergerSpec& modules,
                           const WeightSource& weights)
    : mergedWidth_(config.width * config.mergeSize * config.mergeSize),
      normsToken_(modules.normsToken),
      norm_(visionNorm(config, weights, "visual." + modules.norm,
                       normsToken_ ? mergedWidth_ : config.width)),
      first_(weights.linear("visual." + modules.first, mergedWidth_, mergedWidth_, true)),
      second_(weights.linear("visual." + modules.second, config.outputSize, mergedWidth_, true)) {}

at::Tensor VisionMerger::apply(const at::Tensor& x) const {
    const at::Tensor normed = norm_(normsToken_ ? x.view({-1, mergedWidth_}) : x);
    const at::Tensor tokens = normed.view({-1, mergedWidth_});  // [P, W] -> [P/4, 4W]
    return second_.apply(at::gelu(first_.apply(tokens)));
}

}  // namespace reelquery
