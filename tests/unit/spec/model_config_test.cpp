// The three shapes of config.json, and every kind of nonsense in it.

#include "core/spec/model_config.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "tests/support/scratch_folder.h"

namespace reelquery {

namespace {

using Json = nlohmann::json;

/// Qwen2.5-VL-3B as its hub file has it.
Json hubConfig() {
    return {{"model_type", "qwen2_5_vl"},
            {"hidden_size", 2048},
            {"intermediate_size", 11008},
            {"num_hidden_layers", 36},
            {"num_attention_heads", 16},
            {"num_key_value_heads", 2},
            {"vocab_size", 151936},
            {"max_position_embeddings", 128000},
            {"rms_norm_eps", 1e-6},
            {"rope_theta", 1000000.0},
            {"rope_scaling", {{"type", "mrope"}, {"mrope_section", {16, 24, 24}}}},
            {"tie_word_embeddings", true},
            {"use_sliding_window", false},
            {"eos_token_id", 151645},
            {"vision_start_token_id", 151652},
            {"vision_end_token_id", 151653},
            {"image_token_id", 151655},
            {"video_token_id", 151656},
            {"vision_config",
             {{"depth", 32},
              {"hidden_size", 1280},
              {"out_hidden_size", 2048},
              {"intermediate_size", 3420},
              {"num_heads", 16},
              {"in_chans", 3},
              {"patch_size", 14},
              {"spatial_merge_size", 2},
              {"temporal_patch_size", 2},
              {"window_size", 112},
              {"fullatt_block_indexes", {7, 15, 23, 31}},
              {"tokens_per_second", 2}}}};
}

const std::vector<std::string> kTextFields = {
    "hidden_size",         "intermediate_size",   "num_hidden_layers", "num_attention_heads",
    "num_key_value_heads", "vocab_size",          "rms_norm_eps",      "max_position_embeddings",
    "use_sliding_window",  "tie_word_embeddings", "rope_theta"};

/// As transformers 4.52 to 4.57 save it: text fields twice, rope type renamed.
Json middleConfig() {
    Json config = hubConfig();
    Json text;
    for (const std::string& field : kTextFields) text[field] = config[field];
    text["rope_scaling"] = {
        {"type", "default"}, {"rope_type", "default"}, {"mrope_section", {16, 24, 24}}};
    config["rope_scaling"] = text["rope_scaling"];
    config.erase("tie_word_embeddings");
    config["text_config"] = text;
    return config;
}

/// As transformers 5 saves it: text fields only inside, rope under another name.
Json newConfig() {
    Json config = hubConfig();
    Json text;
    for (const std::string& field : kTextFields) {
        text[field] = config[field];
        config.erase(field);
    }
    text.erase("rope_theta");
    config.erase("rope_scaling");
    text["rope_parameters"] = {
        {"rope_type", "default"}, {"rope_theta", 1000000.0}, {"mrope_section", {16, 24, 24}}};
    config["text_config"] = text;
    return config;
}

ModelConfig read(const Json& config) {
    const ScratchFolder folder;
    writeText(folder / "config.json", config.dump());
    return readModelConfig(folder.path());
}

}  // namespace

TEST_CASE("All three shapes of config.json give the same sizes") {
    const int shape = GENERATE(0, 1, 2);
    const ModelConfig config = read(shape == 0   ? hubConfig()
                                    : shape == 1 ? middleConfig()
                                                 : newConfig());
    CAPTURE(shape);
    CHECK(config.spec->type == "qwen2_5_vl");
    CHECK(config.text.hiddenSize == 2048);
    CHECK(config.text.headDim == 128);
    CHECK(config.text.kvHeads == 2);
    CHECK(config.text.layers == 36);
    CHECK(config.text.vocabSize == 151936);
    CHECK(config.text.ropeTheta == 1e6);
    CHECK(config.text.tieWordEmbeddings);
    CHECK(config.text.mropeSection == std::array<std::int64_t, 3>{16, 24, 24});
    CHECK(config.text.cacheBytesPerToken(2) == 36 * 1024);
    CHECK(config.vision.width == 1280);
    CHECK(config.vision.outputSize == 2048);
    CHECK(config.vision.intermediateSize == 3420);
    CHECK(config.vision.headDim() == 80);
    CHECK(config.vision.fullAttention == std::vector<std::int64_t>{7, 15, 23, 31});
    CHECK(config.tokensPerSecond == 2);
    CHECK(config.ids.videoPad == 151656);
    CHECK(config.generation.eosIds == std::vector<TokenId>{151645});
    CHECK(config.generation.repetitionPenalty == 1.0);
}

TEST_CASE("Qwen2-VL's vision fields mean other things than Qwen2.5-VL's") {
    Json json = hubConfig();
    json["model_type"] = "qwen2_vl";
    json["vision_config"] = {{"depth", 32},    {"embed_dim", 1280}, {"hidden_size", 2048},
                             {"mlp_ratio", 4}, {"num_heads", 16},   {"in_channels", 3}};
    const ModelConfig config = read(json);
    CHECK(config.vision.width == 1280);
    CHECK(config.vision.outputSize == 2048);
    CHECK(config.vision.intermediateSize == 5120);
    CHECK(config.vision.windowSize == 0);
    CHECK(config.tokensPerSecond == 0);
    CHECK(config.vision.pixelsPerToken() == 28);
    json["vision_config"]["patch_size"] = 16;
    CHECK(read(json).vision.pixelsPerToken() == 32);
}

TEST_CASE("A wrong field of config.json is named with what was expected") {
    struct Case {
        const char* field;
        Json value;  // null: the field is taken out
    };

    const auto wrong = GENERATE(values<Case>({
        {"/model_type", "llama"},
        {"/model_type", nullptr},
        {"/hidden_size", nullptr},
        {"/hidden_size", "2048"},
        {"/hidden_size", -1},
        {"/hidden_size", 0},
        {"/hidden_size", 2047},
        {"/hidden_size", 1e300},
        {"/hidden_size", 2048.5},
        {"/intermediate_size", 1LL << 60},
        {"/num_hidden_layers", 0},
        {"/num_attention_heads", Json::array()},
        {"/num_key_value_heads", 3},
        {"/vocab_size", -5},
        {"/rms_norm_eps", 0},
        {"/hidden_act", "relu"},
        {"/use_sliding_window", true},
        {"/rope_scaling", "mrope"},
        {"/rope_scaling/type", "yarn"},
        {"/rope_scaling/mrope_section", {16, 24}},
        {"/rope_scaling/mrope_section", {16, 24, 25}},
        {"/eos_token_id", nullptr},
        {"/eos_token_id", 151936},
        {"/video_token_id", 1 << 30},
        {"/vision_config", nullptr},
        {"/vision_config/depth", -1},
        {"/vision_config/num_heads", 7},
        {"/vision_config/in_chans", 4},
        {"/vision_config/out_hidden_size", 1280},
        {"/vision_config/window_size", 100},
        {"/vision_config/fullatt_block_indexes", {7, 32}},
        {"/vision_config/tokens_per_second", -2},
        {"/vision_config/patch_size", 15},
        {"/vision_config/patch_size", 28},
        {"/vision_config/spatial_merge_size", 1},
        {"/vision_config/spatial_merge_size", 4},
        {"/quantization_config", {{"bits", 4}}},
    }));
    Json json = hubConfig();
    const Json::json_pointer place(wrong.field);
    CAPTURE(wrong.field, wrong.value.dump());
    json[place] = wrong.value;
    // A missing object shows in its first field.
    const std::string name = place.back() == "vision_config" ? "depth" : place.back();
    checkError(ErrorCode::kModel, {"config.json", name}, [&] { (void)read(json); });
}

TEST_CASE("A model_type that cannot be run is named with what can") {
    const std::string type = GENERATE("qwen3_vl_moe", "llama", "Qwen2_VL");
    Json json = hubConfig();
    json["model_type"] = type;
    checkError(
        ErrorCode::kModel,
        {"config.json", "\"" + type + "\"", "Qwen2-VL (qwen2_vl)", "Qwen2.5-VL (qwen2_5_vl)"},
        [&] { (void)read(json); });
}

TEST_CASE("Every family is found by its type and fills its facts in") {
    std::vector<std::string> types;
    for (const ModelSpec* spec : modelSpecs()) {
        CAPTURE(spec->type);
        CHECK(findModelSpec(spec->type) == spec);
        CHECK_FALSE(spec->name.empty());
        CHECK_FALSE(spec->architecture.empty());
        CHECK_FALSE(spec->published.empty());
        CHECK(spec->pixels.minPixels < spec->pixels.maxPixels);
        // Sections of a head of 128 and their shares for a smaller one.
        CHECK(spec->mropeSection[0] + spec->mropeSection[1] + spec->mropeSection[2] == 64);
        const auto half = spec->mropeShares(32);
        CHECK(half[0] + half[1] + half[2] == 32);
        types.push_back(spec->type);
    }
    CHECK(types == std::vector<std::string>{"qwen2_vl", "qwen2_5_vl", "qwen3_vl"});
    CHECK(findModelSpec("") == nullptr);
}

TEST_CASE("reelquery.json gives prompt and recommendation, and is checked once for both") {
    const ScratchFolder folder;
    writeText(folder / "config.json", hubConfig().dump());
    CHECK_FALSE(readModelConfig(folder.path()).recommended);
    writeText(folder / "reelquery.json", R"({"prompt": {"time_text_every_pairs": 1},
        "recommended": {"frames_per_second": 2, "min_tokens_per_pair": 15,
                        "max_tokens_per_pair": 40, "threshold": 0.9}})");
    const ModelConfig config = readModelConfig(folder.path());
    CHECK(config.prompt.timeTextEveryPairs == 1);
    CHECK(config.prompt.timeText(65) == "[1:05]");
    REQUIRE(config.recommended);
    CHECK(config.recommended->fps == 2);
    CHECK(config.recommended->threshold == 0.9);
    CHECK(readRecommendation(folder.path())->maxTokensPerPair == 40);
    writeText(folder / "reelquery.json", R"({"recommended": {"frames_per_second": 2,
        "min_tokens_per_pair": 15, "max_tokens_per_pair": 40, "threshold": 1.5}})");
    checkError(ErrorCode::kModel, {"reelquery.json", "threshold"},
               [&] { (void)readModelConfig(folder.path()); });
}

TEST_CASE("A config.json that is no JSON object is an error, not a crash") {
    const std::string text = GENERATE(values<std::string>(
        {"", "{", "[]", "null", "{\"a\":", "\xff\xfe", "{\"model_type\": \"qwen2_vl\"} x"}));
    const ScratchFolder folder;
    writeText(folder / "config.json", text);
    CAPTURE(text);
    checkError(ErrorCode::kModel, {"config.json"}, [&] { (void)readModelConfig(folder.path()); });
}

TEST_CASE("A config.json of a hundred thousand brackets is an error, not a crash") {
    // The JSON library dumps and copies a value by calling itself once a level.
    const ScratchFolder folder;
    const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
    writeText(folder / "config.json", "{\"model_type\":" + deep + "}");
    checkError(ErrorCode::kModel, {"config.json", "nests deeper"},
               [&] { (void)readModelConfig(folder.path()); });
}

TEST_CASE("A folder without config.json is named") {
    const ScratchFolder folder;
    checkError(ErrorCode::kModel, {"config.json", "cannot be opened"},
               [&] { (void)readModelConfig(folder.path()); });
}

TEST_CASE("A model that is not there is named, not a file in it") {
    const ScratchFolder folder;
    for (const char* name : {"nowhere", "nowhere.gguf"}) {
        checkError(ErrorCode::kModel, {name, ": there is no such folder or file"},
                   [&] { (void)readModelConfig(folder / name); });
    }
}

TEST_CASE("Companion files override the defaults") {
    const ScratchFolder folder;
    writeText(folder / "config.json", hubConfig().dump());
    writeText(
        folder / "generation_config.json",
        R"({"eos_token_id": [151645, 151643], "repetition_penalty": 1.05, "do_sample": true})");
    writeText(
        folder / "preprocessor_config.json",
        R"({"min_pixels": 6272, "max_pixels": 100352, "image_mean": [0.1, 0.2, 0.3], "patch_size": 14})");
    writeText(folder / "reelquery.json",
              R"({"prompt": {"time_text_every_pairs": 2, "system": "Watch."}})");
    const ModelConfig config = readModelConfig(folder.path());
    CHECK(config.generation.eosIds == std::vector<TokenId>{151645, 151643});
    CHECK(config.generation.repetitionPenalty == 1.05);
    CHECK(config.pixels.minPixels == 6272);
    CHECK(config.pixels.maxPixels == 100352);
    CHECK(config.pixels.mean == std::array<double, 3>{0.1, 0.2, 0.3});
    CHECK(config.prompt.timeTextEveryPairs == 2);
    CHECK(config.prompt.system == "Watch.");

    // transformers 4.5x names the limits by "size".
    writeText(folder / "preprocessor_config.json",
              R"({"size": {"shortest_edge": 784, "longest_edge": 7840}})");
    CHECK(readModelConfig(folder.path()).pixels.maxPixels == 7840);
}

TEST_CASE("Wrong companion files are named") {
    const auto [file, text, field] = GENERATE(table<std::string, std::string, std::string>({
        {"generation_config.json", R"({"eos_token_id": "x"})", "eos_token_id"},
        {"generation_config.json", R"({"repetition_penalty": 0})", "repetition_penalty"},
        {"generation_config.json", "{", "JSON"},
        {"preprocessor_config.json", R"({"image_std": [0, 1, 1]})", "image_std"},
        {"preprocessor_config.json", R"({"image_mean": [1]})", "image_mean"},
        {"preprocessor_config.json", R"({"patch_size": 16})", "patch_size"},
        {"preprocessor_config.json", R"({"min_pixels": 10, "max_pixels": 9})", "min_pixels"},
        {"reelquery.json", R"({"prompt": {"time_text_every_pairs": -1}})", "time_text_every_pairs"},
        {"reelquery.json", R"({"prompt": 1})", "prompt"},
    }));
    const ScratchFolder folder;
    writeText(folder / "config.json", hubConfig().dump());
    writeText(folder / file, text);
    checkError(ErrorCode::kModel, {file, field}, [&] { (void)readModelConfig(folder.path()); });
}

}  // namespace reelquery
