#pragma once
// Random weights of the published shapes, made where the model runs and never stored: a real size
// can be measured without a file of it.

#include <cstdint>
#include <map>
#include <string>

#include "core/spec/model_config.h"
#include "core/spec/weight_shapes.h"
#include "core/weights/weight_source.h"

namespace reelquery {

/// A model's sizes with a source of weights for them: makes each tensor when it is asked for, the
/// same again for the same seed.
class RandomWeights final : public WeightSource {
  public:
    /// Of any config, with a head of its own or the embedding's.
    RandomWeights(const ModelConfig& config, bool hasHead, const ComputeTarget& target,
                  std::uint64_t seed);

    const ModelConfig& config() const { return config_; }

    std::int64_t parameters() const;

    /// Packs the maps of the layers to this as they are asked for.
    void setPackTo(WeightChoice packTo) { packTo_ = packTo; }

    WeightChoice packTo() const override { return packTo_; }

    /// Of all tensors as the run holds them.
    std::int64_t totalBytes() const;

    const ComputeTarget& target() const override { return target_; }

    bool has(const std::string& name) const override { return byName_.contains(name); }

    at::Tensor tensor(const std::string& name) const override;
    std::int64_t bytes(const std::string& name) const override;

  private:
    const WeightShape& shapeOf(const std::string& name) const;

    ModelConfig config_;
    ComputeTarget target_;
    std::uint64_t seed_;
    WeightChoice packTo_ = WeightChoice::kStored;
    std::map<std::string, WeightShape> byName_;
};

/// kind: one of randomModelKinds(). Values are spread as in written checkpoints but not the same.
/// Errors: kUsage for an unknown kind.
RandomWeights randomWeights(const std::string& kind, const ComputeTarget& target,
                            std::uint64_t seed);

}  // namespace reelquery
