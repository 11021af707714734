#pragma once
// Which layers' keys and values are kept in 8 bits.

#include <vector>

#include "core/spec/model_config.h"

namespace reelquery {

class WeightSource;

/// One flag a layer: all, but those whose keys carry a bias of more than a few units. It is the
/// same for every token, but would set the step of 8 bits and drown what tells tokens apart: keys
/// of Qwen2 and Qwen2.5 have one of norm 600 to 900 in the first and last layer.
/// Errors: as WeightSource::tensor().
std::vector<bool> narrowKvLayers(const TextConfig& config, const WeightSource& weights);

}  // namespace reelquery
