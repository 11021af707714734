#pragma once
// What a config says about quantised weights, as far as their tensors do not say it themselves.

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace reelquery {

struct QuantizationConfig {
    std::string method;  ///< "awq", "gptq", "fp8", "compressed-tensors", "gguf"; empty: none said
    bool gptqStoresZero = false;  ///< "gptq_v2"; the older files store zero - 1
};

/// Reads quantization_config of config.json; `places`: the top level and text_config, where some
/// tools write it. Errors: kModel naming the setting that cannot be run and what would work.
QuantizationConfig readQuantization(const std::vector<const nlohmann::json*>& places,
                                    const std::string& file);

/// The hint of every refusal of a format.
std::string quantizationsThatWork();

}  // namespace reelquery
