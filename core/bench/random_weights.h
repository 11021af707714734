#pragma once
// Random weights of the published shapes, made where the model runs and never stored: a real size
// can be measured without a file of it.

#include <cstdint>
#include <string>

#include "core/spec/model_config.h"
#include "core/weights/checkpoint.h"

namespace reelquery {

/// A model's sizes with a source of weights for them.
struct RandomWeights {
    ModelConfig config;
    WeightLookup
        lookup;  ///< makes each tensor when it is asked for; the same again for the same seed
    bool hasHead = false;
    std::int64_t parameters = 0;
};

/// kind: one of randomModelKinds(). Values are spread as in written checkpoints but not the same.
/// Errors: kUsage for an unknown kind.
RandomWeights randomWeights(const std::string& kind, const ComputeTarget& target,
                            std::uint64_t seed);

}  // namespace reelquery
