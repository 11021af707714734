#include "core/spec/quantization_config.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/environment.h"
#include "core/base/error.h"
#include "core/spec/json_fields.h"

namespace reelquery {

namespace {

using Json = nlohmann::json;

/// The settings of one method, with refusals that say what would work instead.
class Settings {
  public:
    Settings(const Json& json, const std::string& file)
        : json_(json), fields_({&json}, file + ": quantization_config"), file_(file) {}

    const JsonFields& fields() const { return fields_; }

    std::string lower(const char* field, const char* fallback) const {
        return lowered(fields_.text(field, fallback));
    }

    [[noreturn]] void refuse(const std::string& what) const {
        throw Error(ErrorCode::kModel, file_ + ": quantization_config: " + what + " cannot be run",
                    quantizationsThatWork());
    }

    void needBits(std::initializer_list<std::int64_t> allowed) const {
        const std::int64_t bits = fields_.integer("bits", {1, 64}, *allowed.begin());
        if (std::find(allowed.begin(), allowed.end(), bits) == allowed.end()) {
            refuse(fields_.text("quant_method", "") + " with " + std::to_string(bits) + " bits");
        }
    }

    /// Rows or columns that share a scale; the tensors' own shapes say how many, so that only what
    /// cannot be is refused here. -1: all of a row.
    void needGroupSize() const { fields_.integer("group_size", {-1, 1 << 20}, 128); }

    const Json& json() const { return json_; }

    const std::string& file() const { return file_; }

  private:
    const Json& json_;
    JsonFields fields_;
    std::string file_;
};

void checkAwq(const Settings& settings) {
    settings.needBits({4});
    settings.needGroupSize();
    const std::string version = settings.lower("version", "gemm");
    if (version != "gemm") settings.refuse("AWQ of the version \"" + version + "\"");
}

void checkGptq(const Settings& settings, QuantizationConfig& config) {
    settings.needBits({4, 8});
    settings.needGroupSize();
    const std::string format = settings.lower("checkpoint_format", "gptq");
    if (format != "gptq" && format != "gptq_v2") {
        settings.refuse("GPTQ of the format \"" + format + "\"");
    }
    config.gptqStoresZero = format == "gptq_v2";
    if (!config.gptqStoresZero && !settings.fields().flag("sym", true)) {
        settings.refuse("asymmetric GPTQ (\"sym\": false), whose stored zeros are ambiguous");
    }
}

void checkFp8(const Settings& settings) {
    const std::string format = settings.lower("fmt", "e4m3");
    if (format != "e4m3") settings.refuse("FP8 of the format \"" + format + "\"");
    if (settings.lower("scale_fmt", "float") == "ue8m0") {
        settings.refuse("FP8 with scales of the format \"ue8m0\"");
    }
    const auto block = settings.fields().integers("weight_block_size", {1, 1 << 20});
    if (!block.empty() && block != std::vector<std::int64_t>{128, 128}) {
        settings.refuse("FP8 with blocks other than 128 x 128");
    }
}

void checkGroup(const Settings& settings, const Json& group, const std::string& name) {
    const JsonFields fields({&group}, settings.file() + ": config_groups." + name);
    const JsonFields weights = fields.child("weights");
    const std::int64_t bits = weights.integer("num_bits", {1, 64}, 8);
    const std::string type = weights.text("type", "int");
    weights.integer("group_size", {-1, 1 << 20}, 128);
    if (bits != 8 && (bits != 4 || type != "int")) {
        settings.refuse("compressed-tensors with " + std::to_string(bits) + " bits of type \"" +
                        type + "\"");
    }
    const std::string strategy = weights.text("strategy", "tensor");
    for (const char* known : {"tensor", "channel", "group", "block"}) {
        if (strategy == known) return;
    }
    settings.refuse("compressed-tensors with the strategy \"" + strategy + "\"");
}

void checkCompressedTensors(const Settings& settings) {
    const auto checkFormat = [&](const std::string& format) {
        for (const char* known : {"", "dense", "pack-quantized", "float-quantized", "int-quantized",
                                  "naive-quantized", "mixed-precision"}) {
            if (format == known) return;
        }
        settings.refuse("compressed-tensors of the format \"" + format + "\"");
    };
    checkFormat(settings.lower("format", ""));
    if (settings.fields().find("kv_cache_scheme")) {
        settings.refuse("compressed-tensors with a kv_cache_scheme");
    }
    const std::string sparsity = settings.fields().child("sparsity_config").text("format", "dense");
    if (sparsity != "dense") settings.refuse("compressed-tensors with sparse weights");
    const Json* groups = settings.fields().find("config_groups");
    if (!groups) return;
    if (!groups->is_object()) settings.fields().fail("config_groups", "an object");
    for (const auto& [name, group] : groups->items()) {
        if (!group.is_object()) settings.fields().fail("config_groups", "an object of objects");
        checkGroup(settings, group, name);
        const JsonFields fields({&group}, settings.file());
        checkFormat(fields.text("format", ""));
    }
}

}  // namespace

QuantizationConfig readQuantization(const std::vector<const Json*>& places,
                                    const std::string& file) {
    const JsonFields top(places, file);
    const Json* json = top.find("quantization_config");
    QuantizationConfig config;
    if (!json) return config;
    if (!json->is_object()) top.fail("quantization_config", "an object");
    const Settings settings(*json, file);
    config.method = settings.lower("quant_method", "");
    if (config.method == "awq") {
        checkAwq(settings);
    } else if (config.method == "gptq") {
        checkGptq(settings, config);
    } else if (config.method == "fp8") {
        checkFp8(settings);
    } else if (config.method == "compressed-tensors" || config.method == "compressed_tensors") {
        config.method = "compressed-tensors";
        checkCompressedTensors(settings);
    } else if (config.method.empty()) {
        settings.refuse("a quantised checkpoint that does not name its quant_method");
    } else {
        settings.refuse("weights quantised by \"" + config.method + "\"");
    }
    return config;
}

std::string quantizationsThatWork() {
    return "take the model in bf16, or as AWQ (4 bits, gemm), GPTQ (4 or 8 bits, symmetric), "
           "compressed-tensors (4 or 8 bits), FP8 (e4m3) or GGUF (Q4_0 to Q8_0, Q4_K, Q5_K, Q6_K)";
}

}  // namespace reelquery
