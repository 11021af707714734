// Which quantised checkpoints are taken, and how the others are refused.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/spec/quantization_config.h"

namespace reelquery {

namespace {

using Json = nlohmann::json;

QuantizationConfig quantizationOf(const Json& quantization) {
    const Json config = {{"quantization_config", quantization}};
    return readQuantization({&config}, "config.json");
}

std::string refusal(const Json& quantization) {
    try {
        (void)quantizationOf(quantization);
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kModel);
        return error.what();
    }
    return "taken";
}

const Json kAwq = {{"quant_method", "awq"}, {"bits", 4},
                   {"group_size", 128},     {"version", "gemm"},
                   {"zero_point", true},    {"modules_to_not_convert", {"visual"}}};
const Json kGptq = {{"quant_method", "gptq"}, {"bits", 8}, {"desc_act", true}, {"sym", true}};
const Json kFp8 = {{"quant_method", "fp8"},
                   {"fmt", "e4m3"},
                   {"activation_scheme", "dynamic"},
                   {"weight_block_size", {128, 128}}};

Json compressed(const std::string& format, const Json& weights) {
    return {{"quant_method", "compressed-tensors"},
            {"format", format},
            {"kv_cache_scheme", nullptr},
            {"config_groups", {{"group_0", {{"weights", weights}, {"targets", {"Linear"}}}}}}};
}

Json with(Json config, const std::string& key, const Json& value) {
    config[key] = value;
    return config;
}

}  // namespace

TEST_CASE("Quantised checkpoints in use are taken") {
    CHECK(quantizationOf(kAwq).method == "awq");
    CHECK(!quantizationOf(kGptq).gptqStoresZero);
    CHECK(quantizationOf(with(kGptq, "checkpoint_format", "gptq_v2")).gptqStoresZero);
    CHECK(quantizationOf(with(with(kGptq, "checkpoint_format", "gptq_v2"), "sym", false))
              .gptqStoresZero);
    CHECK(quantizationOf(kFp8).method == "fp8");
    CHECK(quantizationOf(with(kFp8, "weight_block_size", nullptr)).method == "fp8");
    CHECK(quantizationOf(
              compressed(
                  "pack-quantized",
                  {{"num_bits", 4}, {"type", "int"}, {"strategy", "group"}, {"group_size", 128}}))
              .method == "compressed-tensors");
    CHECK(quantizationOf(compressed("float-quantized",
                                    {{"num_bits", 8}, {"type", "float"}, {"strategy", "block"}}))
              .method == "compressed-tensors");
    // Some tools write it beside the text model's sizes.
    const Json text = {{"quantization_config", kAwq}}, top = Json::object();
    CHECK(readQuantization({&text, &top}, "config.json").method == "awq");
    CHECK(readQuantization({&top}, "config.json").method.empty());
}

TEST_CASE("Other quantised checkpoints are refused by name, with what would work") {
    const Json int4 = {{"num_bits", 4}, {"type", "int"}, {"strategy", "group"}};
    const std::vector<std::pair<Json, std::string>> refused = {
        {{{"quant_method", "bitsandbytes"}, {"load_in_4bit", true}}, "bitsandbytes"},
        {{{"quant_method", "auto-round"}}, "auto-round"},
        {{{"quant_method", "modelopt"}}, "modelopt"},
        {{{"quant_method", "mxfp4"}}, "mxfp4"},
        {{{"bits", 4}}, "quant_method"},
        {with(kAwq, "version", "gemv"), "gemv"},
        {with(kAwq, "version", "marlin"), "marlin"},
        {with(kAwq, "bits", 3), "3 bits"},
        {with(kGptq, "bits", 2), "2 bits"},
        {with(kGptq, "sym", false), "asymmetric"},
        {with(kGptq, "checkpoint_format", "marlin"), "marlin"},
        {with(kFp8, "fmt", "e5m2"), "e5m2"},
        {with(kFp8, "scale_fmt", "ue8m0"), "ue8m0"},
        {with(kFp8, "weight_block_size", {64, 64}), "128 x 128"},
        {compressed("nvfp4-pack-quantized", int4), "nvfp4-pack-quantized"},
        {compressed("marlin-24", int4), "marlin-24"},
        {compressed("pack-quantized", with(int4, "num_bits", 3)), "3 bits"},
        {compressed("float-quantized", with(int4, "type", "float")), "4 bits"},
        {compressed("pack-quantized", with(int4, "strategy", "tensor_group")), "tensor_group"},
        {with(compressed("pack-quantized", int4), "kv_cache_scheme", {{"num_bits", 8}}),
         "kv_cache_scheme"},
        {with(compressed("pack-quantized", int4), "sparsity_config", {{"format", "sparse-24"}}),
         "sparse"}};
    for (const auto& [config, word] : refused) {
        const std::string line = refusal(config);
        CAPTURE(config.dump(), line);
        CHECK_THAT(line, Catch::Matchers::Contains(word));
        CHECK_THAT(line, Catch::Matchers::Contains("config.json"));
        CHECK_THAT(line, Catch::Matchers::Contains("AWQ (4 bits, gemm)"));
        CHECK(line.find('\n') == std::string::npos);
    }
}

TEST_CASE("Settings that make no sense are no crash") {
    for (const Json& config :
         {Json(5), Json("awq"), Json::array(), Json{{"quant_method", 7}},
          with(kAwq, "bits", "four"), with(kAwq, "version", 3),
          with(kFp8, "weight_block_size", "x"),
          with(compressed("pack-quantized", Json::object()), "config_groups", 3),
          with(compressed("pack-quantized", Json::object()), "config_groups", {{"g", 1}})}) {
        CAPTURE(config.dump());
        CHECK_THAT(refusal(config), Catch::Matchers::Contains("config.json"));
    }
}

}  // namespace reelquery
