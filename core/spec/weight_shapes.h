#pragma once
// Names and shapes of every tensor that a config calls for, in the hub's spelling.

#include <cstdint>
#include <string>
#include <vector>

#include "core/spec/model_config.h"

namespace reelquery {

struct WeightShape {
    std::string name;
    std::vector<std::int64_t> shape;

    std::int64_t values() const;
};

constexpr const char* kEmbeddingModule = "model.embed_tokens";
constexpr const char* kEmbeddingWeight = "model.embed_tokens.weight";
constexpr const char* kHeadModule = "lm_head";
constexpr const char* kHeadWeight = "lm_head.weight";

/// All tensors but lm_head.weight, which may be tied to the embedding: vision tower first, then the
/// language model, in the order they are used.
std::vector<WeightShape> weightShapes(const ModelConfig& config);

/// Shape of lm_head.weight, where a checkpoint has one.
WeightShape headShape(const ModelConfig& config);

/// Whether a tensor is the vision tower's.
bool isTowerWeight(const std::string& name);

/// Hub spelling of a name: strips the module prefixes that transformers uses in memory since 4.52.
std::string hubWeightName(const std::string& name);

}  // namespace reelquery
