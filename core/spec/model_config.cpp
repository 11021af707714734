#include "core/spec/model_config.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include "core/base/error.h"
#include "core/base/file_exists.h"
#include "core/spec/chat_template.h"
#include "core/spec/gguf_config.h"
#include "core/spec/gguf_files.h"
#include "core/spec/json_fields.h"
#include "core/spec/own_settings.h"
#include "core/spec/pixel_config.h"

namespace reelquery {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

// Generous bounds: they only keep absurd sizes from reaching arithmetic and allocation.
constexpr IntegerRange kWidth = {1, 1 << 17};
constexpr IntegerRange kCount = {1, 1024};
constexpr IntegerRange kTokens = {1, 1 << 24};

const ModelSpec& readSpec(const JsonFields& top, const std::string& file) {
    const std::string type = top.text("model_type", "");
    if (const ModelSpec* spec = findModelSpec(type)) return *spec;
    std::string problem = ": there is no model_type";
    if (!type.empty()) problem = ": models of model_type \"" + type + "\" cannot be run";
    if (const std::string what = unsupportedModel(type); !what.empty()) {
        problem += "; this is " + what;
    }
    throw Error(ErrorCode::kModel, file + problem, "choose one of " + modelSpecNames());
}

/// Pairs that each axis turns have to fit the layout: in turns, row and column take every third.
bool fitsLayout(const std::array<std::int64_t, 3>& section, RopeLayout layout) {
    if (layout == RopeLayout::kContiguous) return true;
    const std::int64_t pairs = section[0] + section[1] + section[2];
    return 3 * std::max(section[1], section[2]) <= pairs;
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
    if (!fitsLayout(config.mropeSection, config.layer.rope)) {
        rope.fail("mrope_section", "at most a third of the pairs for rows and for columns");
    }
    const bool isSaid = rope.find("rope_theta") || text.find("rope_theta");
    if (!isSaid && config.layer.ropeTheta > 0) {
        config.ropeTheta = config.layer.ropeTheta;
    } else {
        config.ropeTheta =
            rope.find("rope_theta") ? rope.positive("rope_theta") : text.positive("rope_theta");
    }
}

TextConfig readText(const JsonFields& text, const LayerSpec& layer) {
    TextConfig config;
    config.layer = layer;
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
    if (!layer.qkvBias && text.flag("attention_bias", false)) text.fail("attention_bias", "false");
    if (text.integer("num_experts", {0, 1 << 20}, 0) > 0) {
        text.fail("num_experts", "none: mixtures of experts are not supported");
    }
    readRope(text, config);
    return config;
}

VisionConfig readVision(const JsonFields& vision, const VisionSpec& spec, std::int64_t textWidth) {
    VisionConfig config;
    config.spec = spec;
    config.depth = vision.integer("depth", kCount);
    config.heads = vision.integer("num_heads", kCount);
    config.channels = vision.integer("in_chans", {3, 3}, vision.integer("in_channels", {3, 3}, 3));
    config.patchSize = vision.integer("patch_size", {1, 64}, spec.patchSize);
    // Frames are planned in tokens of 28 or 32 pixels, which lie in a grid of 2x2 patches.
    if (config.patchSize != 14 && config.patchSize != 16) vision.fail("patch_size", "14 or 16");
    config.temporalPatchSize = vision.integer("temporal_patch_size", {2, 2}, 2);
    config.mergeSize = vision.integer("spatial_merge_size", {2, 2}, 2);
    config.rotaryBase = vision.child("rope_parameters").positive("rope_theta", config.rotaryBase);
    config.outputSize = vision.integer(spec.outputField, kWidth);
    config.width = vision.integer(spec.widthField, kWidth);
    if (config.outputSize != textWidth) {
        vision.fail(spec.outputField,
                    "the language model's hidden_size = " + std::to_string(textWidth));
    }
    if (config.width % config.heads != 0 || config.headDim() % 4 != 0) {
        vision.fail("num_heads", "a number that leaves heads of a multiple of 4 features");
    }
    config.intermediateSize =
        spec.innerRatio > 0
            ? config.width * vision.integer(spec.innerField, {1, 64}, spec.innerRatio)
            : vision.integer(spec.innerField, kWidth);
    if (vision.text("hidden_act", spec.activationName) != spec.activationName) {
        vision.fail("hidden_act", spec.activationName);
    }
    if (!spec.positionsField.empty()) {
        const std::int64_t rows = vision.integer(spec.positionsField, {1, 1 << 20});
        config.positionSide = std::llround(std::sqrt(static_cast<double>(rows)));
        if (config.positionSide * config.positionSide != rows) {
            vision.fail(spec.positionsField, "the square of a whole number");
        }
    }
    if (!spec.deepField.empty()) {
        if (!vision.find(spec.deepField)) vision.fail(spec.deepField, "a list of blocks");
        config.deepLayers = vision.integers(spec.deepField, {0, config.depth - 1});
        if (std::adjacent_find(config.deepLayers.begin(), config.deepLayers.end(),
                               std::greater_equal<>()) != config.deepLayers.end()) {
            vision.fail(spec.deepField, "blocks in rising order");
        }
    }
    if (spec.windowSize == 0) return config;
    config.windowSize = vision.integer("window_size", {1, 1 << 14}, spec.windowSize);
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
    if (fileExists(file)) {
        const Json json = parseJsonFile(file);
        const JsonFields fields({&json}, file.string());
        eos = fields.integers("eos_token_id", range);
        config.repetitionPenalty = fields.positive("repetition_penalty", 1.0);
        config.temperature = fields.positive("temperature", config.temperature);
        config.topK = static_cast<int>(fields.integer("top_k", {0, 1 << 24}, config.topK));
        config.topP = fields.positive("top_p", config.topP);
        if (config.topP > 1) fields.fail("top_p", "a number above 0, at most 1");
    }
    if (eos.empty()) eos = top.integers("eos_token_id", range);
    if (eos.empty()) top.fail("eos_token_id", "the id of the token that ends an answer");
    for (const std::int64_t id : eos) config.eosIds.push_back(static_cast<TokenId>(id));
    return config;
}

}  // namespace

ModelConfig readModelConfig(const fs::path& folder, const fs::path& visionFile) {
    std::error_code ignored;
    if (fs::is_regular_file(folder, ignored)) return readGgufConfig(folder, visionFile);
    if (fs::exists(folder, ignored) && !fs::is_directory(folder, ignored)) {
        throw Error(ErrorCode::kModel, folder.string() + " is neither a folder nor a file",
                    "name a model's folder or a GGUF file");
    }
    if (const auto files = ggufFilesIn(folder);
        !files.empty() && !fs::exists(folder / "config.json", ignored)) {
        throw Error(ErrorCode::kModel, folder.string() + " is a folder of GGUF files",
                    "name the language model's file, such as " + files.front().string());
    }
    const fs::path file = folder / "config.json";
    const Json json = parseJsonFile(file);
    const std::string fileName = file.string();
    const JsonFields top({&json}, fileName);
    ModelConfig config;
    const ModelSpec& spec = readSpec(top, fileName);
    config.spec = &spec;
    std::vector<const Json*> places;
    if (const Json* nested = top.find("text_config")) places.push_back(nested);
    places.push_back(&json);
    config.quantization = readQuantization(places, file.string());
    config.text = readText(JsonFields(places, file.string()), spec.layer);
    const JsonFields vision = top.child("vision_config");
    config.vision = readVision(vision, spec.vision, config.text.hiddenSize);
    if (spec.tokensPerSecond > 0) {
        config.tokensPerSecond = vision.positive("tokens_per_second", spec.tokensPerSecond);
    }
    const JsonFields topOrText({&json, places.front()}, file.string());
    config.ids = readIds(topOrText, config.text.vocabSize);
    config.generation = readGeneration(folder, topOrText, config.text.vocabSize);
    PixelConfigs pixels = readPixelConfigs(folder, spec, config.vision);
    config.pixels = pixels.pictures;
    config.videoPixels = pixels.videos;
    OwnSettings own = readOwnSettings(folder, spec.prompt);
    config.prompt = std::move(own.prompt);
    config.recommended = own.recommended;
    config.prompt.opensThought = spec.mayThink && opensThought(readChatTemplate(folder));
    return config;
}

}  // namespace reelquery
