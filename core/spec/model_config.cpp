#include "core/spec/model_config.h"

#include <algorithm>
#include <numeric>

#include "core/base/error.h"
#include "core/spec/json_fields.h"

namespace reelquery {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

// Generous bounds: they only keep absurd sizes from reaching arithmetic and allocation.
constexpr IntegerRange kWidth = {1, 1 << 17};
constexpr IntegerRange kCount = {1, 1024};
constexpr IntegerRange kTokens = {1, 1 << 24};
constexpr IntegerRange kPixels = {1, std::int64_t{1} << 40};

ModelFamily readFamily(const JsonFields& top) {
    const std::string type = top.text("model_type", "");
    for (const ModelFamily family : {ModelFamily::kQwen2Vl, ModelFamily::kQwen2_5Vl}) {
        if (type == familyName(family)) return family;
    }
    top.fail("model_type", "qwen2_vl or qwen2_5_vl");
}

void readRope(const JsonFields& text, TextConfig& config) {
    // 5.x writes rope_parameters, everything before rope_scaling.
    const bool isNew = text.find("rope_parameters") != nullptr;
    const JsonFields rope = text.child(isNew ? "rope_parameters" : "rope_scaling");
    for (const char* field : {"type", "rope_type"}) {
        const std::string type = rope.text(field, "default");
        if (type != "default" && type != "mrope") rope.fail(field, "mrope or default");
    }
    const auto section = rope.integers("mrope_section", kWidth);
    if (section.size() != 3) rope.fail("mrope_section", "three whole numbers");
    std::copy(section.begin(), section.end(), config.mropeSection.begin());
    if (2 * std::accumulate(section.begin(), section.end(), std::int64_t{0}) != config.headDim) {
        rope.fail("mrope_section",
                  "three numbers with the sum " + std::to_string(config.headDim / 2));
    }
    config.ropeTheta = rope.positive("rope_theta", text.positive("rope_theta", 1e6));
}

TextConfig readText(const JsonFields& text) {
    TextConfig config;
    config.hiddenSize = text.integer("hidden_size", kWidth);
    config.intermediateSize = text.integer("intermediate_size", kWidth);
    config.layers = text.integer("num_hidden_layers", kCount);
    config.heads = text.integer("num_attention_heads", kCount);
    config.kvHeads = text.integer("num_key_value_heads", kCount, config.heads);
    config.vocabSize = text.integer("vocab_size", kTokens);
    config.maxPositions = text.integer("max_position_embeddings", kTokens, 32768);
    config.rmsNormEps = text.positive("rms_norm_eps", 1e-6);
    config.tieWordEmbeddings = text.flag("tie_word_embeddings", false);
    if (config.heads % config.kvHeads != 0) {
        text.fail("num_key_value_heads",
                  "a divisor of num_attention_heads = " + std::to_string(config.heads));
    }
    if (!text.find("head_dim") && config.hiddenSize % config.heads != 0) {
        text.fail("hidden_size",
                  "a multiple of num_attention_heads = " + std::to_string(config.heads));
    }
    config.headDim = text.integer("head_dim", kWidth, config.hiddenSize / config.heads);
    if (text.text("hidden_act", "silu") != "silu") text.fail("hidden_act", "silu");
    if (text.flag("use_sliding_window", false)) text.fail("use_sliding_window", "false");
    readRope(text, config);
    return config;
}

VisionConfig readVision(const JsonFields& vision, ModelFamily family, std::int64_t textWidth) {
    VisionConfig config;
    config.family = family;
    config.depth = vision.integer("depth", kCount);
    config.heads = vision.integer("num_heads", kCount);
    config.channels = vision.integer("in_chans", {3, 3}, vision.integer("in_channels", {3, 3}, 3));
    config.patchSize = vision.integer("patch_size", {1, 64}, 14);
    config.temporalPatchSize = vision.integer("temporal_patch_size", {2, 2}, 2);
    config.mergeSize = vision.integer("spatial_merge_size", {1, 8}, 2);
    // "hidden_size" is the output width in Qwen2-VL's file and the inner width in Qwen2.5-VL's.
    const bool isFirst = family == ModelFamily::kQwen2Vl;
    const char* outputField = isFirst ? "hidden_size" : "out_hidden_size";
    config.outputSize = vision.integer(outputField, kWidth);
    config.width = vision.integer(isFirst ? "embed_dim" : "hidden_size", kWidth);
    if (config.outputSize != textWidth) {
        vision.fail(outputField, "the language model's hidden_size = " + std::to_string(textWidth));
    }
    if (config.width % config.heads != 0 || config.headDim() % 4 != 0) {
        vision.fail("num_heads", "a number that leaves heads of a multiple of 4 features");
    }
    if (isFirst) {
        config.intermediateSize = config.width * vision.integer("mlp_ratio", {1, 64}, 4);
        if (vision.text("hidden_act", "quick_gelu") != "quick_gelu") {
            vision.fail("hidden_act", "quick_gelu");
        }
        return config;
    }
    config.intermediateSize = vision.integer("intermediate_size", kWidth);
    if (vision.text("hidden_act", "silu") != "silu") vision.fail("hidden_act", "silu");
    config.windowSize = vision.integer("window_size", {1, 1 << 14}, 112);
    const std::int64_t unit = config.pixelsPerToken();
    if (config.windowSize % unit != 0) {
        vision.fail("window_size", "a multiple of " + std::to_string(unit) + " pixels");
    }
    config.fullAttention = vision.integers("fullatt_block_indexes", {0, config.depth - 1});
    return config;
}

SpecialIds readIds(const JsonFields& top, std::int64_t vocabSize) {
    const IntegerRange range = {0, vocabSize - 1};
    const auto id = [&](const char* field) {
        return static_cast<TokenId>(top.integer(field, range));
    };
    return {id("vision_start_token_id"), id("vision_end_token_id"), id("image_token_id"),
            id("video_token_id")};
}

GenerationConfig readGeneration(const fs::path& folder, const JsonFields& top,
                                std::int64_t vocabSize) {
    const IntegerRange range = {0, vocabSize - 1};
    GenerationConfig config;
    std::vector<std::int64_t> eos;
    const fs::path file = folder / "generation_config.json";
    if (fs::exists(file)) {
        const Json json = parseJsonFile(file);
        const JsonFields fields({&json}, file.string());
        eos = fields.integers("eos_token_id", range);
        config.repetitionPenalty = fields.positive("repetition_penalty", 1.0);
    }
    if (eos.empty()) eos = top.integers("eos_token_id", range);
    if (eos.empty()) top.fail("eos_token_id", "the id of the token that ends an answer");
    for (const std::int64_t id : eos) config.eosIds.push_back(static_cast<TokenId>(id));
    return config;
}

PixelConfig readPixels(const fs::path& folder, const VisionConfig& vision) {
    PixelConfig config;
    const fs::path file = folder / "preprocessor_config.json";
    if (!fs::exists(file)) return config;
    const Json json = parseJsonFile(file);
    const JsonFields fields({&json}, file.string());
    const JsonFields size = fields.child("size");
    config.minPixels = fields.integer("min_pixels", kPixels,
                                      size.integer("shortest_edge", kPixels, config.minPixels));
    config.maxPixels = fields.integer("max_pixels", kPixels,
                                      size.integer("longest_edge", kPixels, config.maxPixels));
    if (config.minPixels > config.maxPixels) fields.fail("min_pixels", "at most max_pixels");
    const auto triple = [&](const char* field, std::array<double, 3>& target, bool isDivisor) {
        const auto values = fields.numbers(field);
        if (values.empty()) return;
        const bool isZero = isDivisor && std::count(values.begin(), values.end(), 0.0) > 0;
        if (values.size() != 3 || isZero) fields.fail(field, "three numbers");
        std::copy(values.begin(), values.end(), target.begin());
    };
    triple("image_mean", config.mean, false);
    triple("image_std", config.std, true);
    const auto same = [&](const char* field, std::int64_t value) {
        fields.integer(field, {value, value}, value);
    };
    same("patch_size", vision.patchSize);
    same("merge_size", vision.mergeSize);
    same("temporal_patch_size", vision.temporalPatchSize);
    return config;
}

PromptConfig readPrompt(const fs::path& folder) {
    PromptConfig config;
    const fs::path file = folder / "reelquery.json";
    if (!fs::exists(file)) return config;
    const Json json = parseJsonFile(file);
    const JsonFields prompt = JsonFields({&json}, file.string()).child("prompt");
    config.timeTextEveryPairs =
        static_cast<int>(prompt.integer("time_text_every_pairs", {0, 1 << 20}, 0));
    config.system = prompt.text("system", config.system);
    return config;
}

}  // namespace

const char* familyName(ModelFamily family) {
    return family == ModelFamily::kQwen2Vl ? "qwen2_vl" : "qwen2_5_vl";
}

ModelConfig readModelConfig(const fs::path& folder) {
    const fs::path file = folder / "config.json";
    const Json json = parseJsonFile(file);
    const JsonFields top({&json}, file.string());
    ModelConfig config;
    config.family = readFamily(top);
    if (top.find("quantization_config")) {
        top.fail("quantization_config", "none: quantised checkpoints are not supported");
    }
    std::vector<const Json*> places;
    if (const Json* nested = top.find("text_config")) places.push_back(nested);
    places.push_back(&json);
    config.text = readText(JsonFields(places, file.string()));
    const JsonFields vision = top.child("vision_config");
    config.vision = readVision(vision, config.family, config.text.hiddenSize);
    if (config.family == ModelFamily::kQwen2_5Vl) {
        config.tokensPerSecond = vision.positive("tokens_per_second", 2.0);
    }
    const JsonFields topOrText({&json, places.front()}, file.string());
    config.ids = readIds(topOrText, config.text.vocabSize);
    config.generation = readGeneration(folder, topOrText, config.text.vocabSize);
    config.pixels = readPixels(folder, config.vision);
    config.prompt = readPrompt(folder);
    return config;
}

}  // namespace reelquery
