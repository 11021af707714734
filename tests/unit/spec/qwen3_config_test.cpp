// Qwen3-VL's folders: both shapes of config.json, the files beside it, and what is not one.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/spec/chat_template.h"
#include "core/spec/model_config.h"
#include "core/spec/weight_shapes.h"
#include "tests/support/scratch_folder.h"

namespace reelquery {

namespace {

using Json = nlohmann::json;

/// Qwen3-VL-4B as its hub file has it.
Json qwen3HubConfig() {
    return {{"architectures", {"Qwen3VLForConditionalGeneration"}},
            {"model_type", "qwen3_vl"},
            {"image_token_id", 151655},
            {"video_token_id", 151656},
            {"vision_start_token_id", 151652},
            {"vision_end_token_id", 151653},
            {"tie_word_embeddings", true},
            {"transformers_version", "4.57.0.dev0"},
            {"text_config",
             {{"attention_bias", false},
              {"bos_token_id", 151643},
              {"dtype", "bfloat16"},
              {"eos_token_id", 151645},
              {"head_dim", 128},
              {"hidden_act", "silu"},
              {"hidden_size", 2560},
              {"intermediate_size", 9728},
              {"max_position_embeddings", 262144},
              {"model_type", "qwen3_vl_text"},
              {"num_attention_heads", 32},
              {"num_hidden_layers", 36},
              {"num_key_value_heads", 8},
              {"rms_norm_eps", 1e-6},
              {"rope_scaling",
               {{"mrope_interleaved", true},
                {"mrope_section", {24, 20, 20}},
                {"rope_type", "default"}}},
              {"rope_theta", 5000000},
              {"tie_word_embeddings", true},
              {"use_cache", true},
              {"vocab_size", 151936}}},
            {"vision_config",
             {{"deepstack_visual_indexes", {5, 11, 17}},
              {"depth", 24},
              {"hidden_act", "gelu_pytorch_tanh"},
              {"hidden_size", 1024},
              {"in_channels", 3},
              {"intermediate_size", 4096},
              {"model_type", "qwen3_vl"},
              {"num_heads", 16},
              {"num_position_embeddings", 2304},
              {"out_hidden_size", 2560},
              {"patch_size", 16},
              {"spatial_merge_size", 2},
              {"temporal_patch_size", 2}}}};
}

/// The same as transformers 5 saves it.
Json qwen3NewConfig() {
    Json config = qwen3HubConfig();
    Json& text = config["text_config"];
    text["rope_parameters"] = text["rope_scaling"];
    text["rope_parameters"]["rope_theta"] = text["rope_theta"];
    text.erase("rope_scaling");
    text.erase("rope_theta");
    text.erase("tie_word_embeddings");
    config["vision_config"]["model_type"] = "qwen3_vl_vision";
    config["vision_config"]["rope_parameters"] = {{"rope_theta", 10000.0}, {"rope_type", "axial"}};
    return config;
}

ModelConfig readQwen3(const Json& config) {
    const ScratchFolder folder;
    writeText(folder / "config.json", config.dump());
    return readModelConfig(folder.path());
}

/// A folder with this one file beside config.json.
ModelConfig readWith(const std::string& file, const std::string& text) {
    const ScratchFolder folder;
    writeText(folder / "config.json", qwen3HubConfig().dump());
    writeText(folder / file, text);
    return readModelConfig(folder.path());
}

constexpr const char* kInstructTemplate =
    R"({%- for m in messages %}{{- '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{%- endfor %})"
    R"({%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %})";
constexpr const char* kThinkingTemplate =
    R"({%- for m in messages %}{{- '<|im_start|>' + m.role + '\n<think>\n' + m.reasoning + '\n</think>\n' }}{%- endfor %})"
    R"({%- if add_generation_prompt %}{{- '<|im_start|>assistant\n<think>\n' }}{%- endif %})";

}  // namespace

TEST_CASE("Both shapes of Qwen3-VL's config.json give the same sizes") {
    const bool isNew = GENERATE(false, true);
    CAPTURE(isNew);
    const ModelConfig config = readQwen3(isNew ? qwen3NewConfig() : qwen3HubConfig());
    CHECK(config.spec->name == "Qwen3-VL");
    CHECK(config.text.hiddenSize == 2560);
    CHECK(config.text.headDim == 128);  // a field: 32 heads make 4096
    CHECK(config.text.kvHeads == 8);
    CHECK(config.text.ropeTheta == 5e6);
    CHECK(config.text.tieWordEmbeddings);
    CHECK(config.text.mropeSection == std::array<std::int64_t, 3>{24, 20, 20});
    CHECK(config.text.layer.rope == RopeLayout::kInterleaved);
    CHECK(config.text.layer.qkNorm);
    CHECK_FALSE(config.text.layer.qkvBias);
    CHECK(config.text.cacheBytesPerToken(2) == 144 * 1024);
    CHECK(config.vision.width == 1024);
    CHECK(config.vision.headDim() == 64);
    CHECK(config.vision.patchValues() == 1536);
    CHECK(config.vision.pixelsPerToken() == 32);
    CHECK(config.vision.positionSide == 48);
    CHECK(config.vision.windowSize == 0);
    CHECK(config.vision.deepLayers == std::vector<std::int64_t>{5, 11, 17});
    CHECK(config.vision.featureValues() == 4 * 2560);
    CHECK(config.tokensPerSecond == 0);
    CHECK(config.ids.videoPad == 151656);
    CHECK(config.generation.eosIds == std::vector<TokenId>{151645});
    CHECK(config.prompt.system.empty());
    CHECK(config.prompt.timeTextEveryPairs == 1);
    CHECK(config.prompt.timeText(12.25) == "<12.2 seconds>");
    CHECK_FALSE(config.prompt.opensThought);
    CHECK(weightShapes(config).size() == 713);  // the hub's 4B
}

TEST_CASE("What Qwen3-VL's config.json may not say is named") {
    struct Case {
        const char* field;
        Json value;  // null: the field is taken out
        const char* name;
    };

    const auto wrong = GENERATE(values<Case>({
        {"/text_config/rope_scaling/rope_type", "yarn", "rope_type"},
        {"/text_config/rope_theta", nullptr, "rope_theta"},
        {"/text_config/rope_scaling/mrope_section", {16, 24, 24}, "mrope_section"},
        {"/text_config/rope_scaling", nullptr, "mrope_section"},
        {"/text_config/attention_bias", true, "attention_bias"},
        {"/text_config/num_experts", 128, "num_experts"},
        {"/text_config/head_dim", 100, "mrope_section"},
        {"/text_config/hidden_size", 2048, "out_hidden_size"},
        {"/vision_config/num_position_embeddings", 2303, "num_position_embeddings"},
        {"/vision_config/num_position_embeddings", nullptr, "num_position_embeddings"},
        {"/vision_config/deepstack_visual_indexes", nullptr, "deepstack_visual_indexes"},
        {"/vision_config/deepstack_visual_indexes", {5, 11, 24}, "deepstack_visual_indexes"},
        {"/vision_config/deepstack_visual_indexes", {11, 5, 17}, "deepstack_visual_indexes"},
        {"/vision_config/hidden_act", "quick_gelu", "hidden_act"},
        {"/vision_config/patch_size", 0, "patch_size"},
        {"/vision_config", nullptr, "depth"},
    }));
    Json json = qwen3HubConfig();
    const Json::json_pointer place(wrong.field);
    if (wrong.value.is_null()) {
        json[place.parent_pointer()].erase(place.back());
    } else {
        json[place] = wrong.value;
    }
    CAPTURE(wrong.field, wrong.value.dump());
    checkError(ErrorCode::kModel, {"config.json", wrong.name}, [&] { (void)readQwen3(json); });
}

TEST_CASE("Models that look like Qwen3-VL are named for what they are") {
    const auto [type, what] = GENERATE(table<std::string, std::string>({
        {"qwen3_vl_moe", "Qwen3-VL-MoE, a mixture of experts"},
        {"qwen3_5", "Qwen3.5"},
        {"qwen3_5_moe", "Qwen3.5-MoE"},
        {"qwen3_omni_moe", "Qwen3-Omni"},
        {"qwen2_5_omni", "Qwen2.5-Omni"},
        {"qwen3", "text only"},
    }));
    // As far as these folders' own files go; what is inside is not looked at.
    Json json = qwen3HubConfig();
    json["model_type"] = type;
    if (type == "qwen3_omni_moe")
        json = {{"model_type", type}, {"thinker_config", qwen3HubConfig()}};
    checkError(ErrorCode::kModel, {"config.json", "\"" + type + "\"", what, "Qwen3-VL (qwen3_vl)"},
               [&] { (void)readQwen3(json); });
}

TEST_CASE("Pictures and videos of Qwen3-VL take their own preprocessor file") {
    const ModelConfig silent = readQwen3(qwen3HubConfig());
    CHECK(silent.pixels.mean == std::array<double, 3>{0.5, 0.5, 0.5});
    CHECK(silent.videoPixels.std == std::array<double, 3>{0.5, 0.5, 0.5});
    CHECK(silent.pixels.minPixels == 65536);
    CHECK(silent.pixels.maxPixels == 16777216);
    CHECK(silent.videoPixels.minPixels == 4096);
    CHECK(silent.videoPixels.maxPixels == 25165824);

    const char* ofPictures = R"({"size": {"shortest_edge": 1024, "longest_edge": 2048},
                                 "image_mean": [0.1, 0.2, 0.3], "patch_size": 16})";
    const char* ofVideos = R"({"size": {"shortest_edge": 4096, "longest_edge": 9999},
                               "image_std": [0.4, 0.4, 0.4], "fps": 2, "max_frames": 768})";
    const ScratchFolder folder;
    writeText(folder / "config.json", qwen3HubConfig().dump());
    writeText(folder / "preprocessor_config.json", ofPictures);
    ModelConfig config = readModelConfig(folder.path());
    CHECK(config.pixels.maxPixels == 2048);
    CHECK(config.videoPixels.mean == config.pixels.mean);  // no file of its own
    CHECK(config.videoPixels.maxPixels == 25165824);
    writeText(folder / "video_preprocessor_config.json", ofVideos);
    config = readModelConfig(folder.path());
    CHECK(config.pixels.mean[0] == 0.1);
    CHECK(config.videoPixels.mean[0] == 0.5);
    CHECK(config.videoPixels.std[0] == 0.4);
    CHECK(config.videoPixels.maxPixels == 9999);

    // Newer libraries write one file for both.
    const std::string both = std::string(R"({"image_processor": )") + ofPictures +
                             R"(, "video_processor": )" + ofVideos + "}";
    const ModelConfig joined = readWith("processor_config.json", both);
    CHECK(joined.pixels.maxPixels == 2048);
    CHECK(joined.videoPixels.maxPixels == 9999);

    // A file of its own comes first.
    writeText(folder / "processor_config.json", R"({"video_processor": {"image_std": [9, 9, 9]}})");
    CHECK(readModelConfig(folder.path()).videoPixels.std[0] == 0.4);
}

TEST_CASE("Wrong preprocessor files of Qwen3-VL are named") {
    const auto [file, text, field] = GENERATE(table<std::string, std::string, std::string>({
        {"video_preprocessor_config.json", R"({"patch_size": 14})", "patch_size"},
        {"video_preprocessor_config.json", R"({"size": {"shortest_edge": 99999999}})",
         "min_pixels"},
        {"video_preprocessor_config.json", "[", "JSON"},
        {"processor_config.json", R"({"image_processor": {"merge_size": 3}})", "merge_size"},
        {"processor_config.json", R"({"video_processor": {"image_std": [0, 1, 1]}})", "image_std"},
        {"processor_config.json", R"({"video_processor": 7})", "video_processor"},
    }));
    CAPTURE(file, text);
    checkError(ErrorCode::kModel, {file, field}, [&, f = file, t = text] { readWith(f, t); });
}

TEST_CASE("How the makers of a model draw answers is readQwen3, and checked") {
    const GenerationConfig own =
        readWith("generation_config.json",
                 R"({"do_sample": true, "temperature": 0.7, "top_p": 0.8, "top_k": 20,
                     "repetition_penalty": 1.0, "eos_token_id": [151645, 151643]})")
            .generation;
    CHECK(own.temperature == 0.7);
    CHECK(own.topP == 0.8);
    CHECK(own.topK == 20);
    const GenerationConfig silent = readQwen3(qwen3HubConfig()).generation;
    CHECK(silent.temperature == 1);
    CHECK(silent.topP == 1);
    CHECK(silent.topK == 0);
    const auto [text, field] = GENERATE(table<std::string, std::string>({
        {R"({"temperature": 0})", "temperature"},
        {R"({"top_p": 1.5})", "top_p"},
        {R"({"top_k": -1})", "top_k"},
    }));
    checkError(ErrorCode::kModel, {"generation_config.json", field},
               [&, t = text] { readWith("generation_config.json", t); });
}

TEST_CASE("A model that thinks is known by its chat template, wherever that is kept") {
    const auto opens = [](const std::string& file, const std::string& text) {
        return readWith(file, text).prompt.opensThought;
    };
    const auto inJson = [](const char* chatTemplate) {
        return Json{{"chat_template", chatTemplate}}.dump();
    };
    for (const char* file : {"chat_template.json", "tokenizer_config.json"}) {
        CAPTURE(file);
        CHECK(opens(file, inJson(kThinkingTemplate)));
        CHECK_FALSE(opens(file, inJson(kInstructTemplate)));
        CHECK_FALSE(opens(file, "{}"));
    }
    CHECK(opens("chat_template.jinja", kThinkingTemplate));
    CHECK_FALSE(opens("chat_template.jinja", kInstructTemplate));
    const Json named = {{"chat_template",
                         {{{"name", "tools"}, {"template", kInstructTemplate}},
                          {{"name", "default"}, {"template", kThinkingTemplate}}}}};
    CHECK(opens("tokenizer_config.json", named.dump()));
    checkError(ErrorCode::kModel, {"chat_template.json", "JSON"},
               [&] { opens("chat_template.json", "{"); });
    // Families that never think are not asked.
    const ScratchFolder folder;
    CHECK(readChatTemplate(folder.path()).empty());
}

TEST_CASE("Times are written with one decimal of the exact value, ties to even") {
    CHECK(secondsTimeText(0.25) == "<0.2 seconds>");
    CHECK(secondsTimeText(1.25) == "<1.2 seconds>");
    CHECK(secondsTimeText(0.75) == "<0.8 seconds>");
    CHECK(secondsTimeText(0.275) == "<0.3 seconds>");
    CHECK(secondsTimeText(0.35) == "<0.3 seconds>");  // 0.35 is a little less in binary
    CHECK(secondsTimeText(0) == "<0.0 seconds>");
    CHECK(secondsTimeText(3599.5) == "<3599.5 seconds>");
    CHECK(secondsTimeText(359999.96) == "<360000.0 seconds>");
}

}  // namespace reelquery
