#include "core/model/kv_layers.h"

#include <ATen/ATen.h>

#include <string>

#include "core/weights/weight_source.h"

namespace reelquery {

namespace {

/// What normed keys vary by is about 1 and at most 3 or 4, so a bias of 2 makes the step of 8 bits
/// half as large again.
constexpr double kLargestBias = 2;

}  // namespace

std::vector<bool> narrowKvLayers(const TextConfig& config, const WeightSource& weights) {
    std::vector<bool> narrow;
    for (std::int64_t i = 0; i < config.layers; ++i) {
        const std::string name = "model.layers." + std::to_string(i) + ".self_attn.k_proj.bias";
        narrow.push_back(!config.layer.qkvBias ||
                         weights.tensor(name).abs().max().item<double>() <= kLargestBias);
    }
    return narrow;
}

}  // namespace reelquery
