#include "core/bench/random_speech.h"

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/bench/random_model_kinds.h"

namespace reelquery {

namespace {

using Json = nlohmann::ordered_json;

/// One shape: what the published config of that name says.
struct SpeechKind {
    const char* name;
    std::int64_t width, heads, encoderLayers, decoderLayers, inner, bins;
    TokenId baseTokens;  ///< ids before the control tokens
    TokenId languages;
};

constexpr TokenId kWords = 50257;
constexpr std::array kKinds = {
    SpeechKind{"tiny-speech", 128, 2, 2, 2, 256, 80, 600, 2},
    SpeechKind{"whisper-tiny", 384, 6, 4, 4, 1536, 80, kWords, 99},
    SpeechKind{"whisper-base", 512, 8, 6, 6, 2048, 80, kWords, 99},
    SpeechKind{"whisper-small", 768, 12, 12, 12, 3072, 80, kWords, 99},
    SpeechKind{"whisper-large-v3", 1280, 20, 32, 32, 5120, 128, kWords, 100},
    SpeechKind{"whisper-large-v3-turbo", 1280, 20, 32, 4, 5120, 128, kWords, 100}};

constexpr std::int64_t kPlaces = 1500, kPositions = 448, kTimes = 1501, kTaps = 3;
constexpr TokenId kControls = 6;  // translate, transcribe and those behind them

TokenId endOfText(const SpeechKind& kind) {
    return kind.baseTokens;
}

TokenId noTimes(const SpeechKind& kind) {
    return endOfText(kind) + 1 + kind.languages + kControls;
}

std::int64_t vocabSize(const SpeechKind& kind) {
    return noTimes(kind) + 1 + kTimes;
}

const SpeechKind& speechKind(const std::string& name) {
    std::string names;
    for (const SpeechKind& kind : kKinds) {
        if (name == kind.name) return kind;
        names += (names.empty() ? "" : ", ") + std::string(kind.name);
    }
    throw Error(ErrorCode::kUsage, "there is no speech model shape '" + name + "'",
                "choose one of " + names);
}

/// Tensors in the hub's names.
class ShapeList {
  public:
    explicit ShapeList(const SpeechKind& kind) : kind_(kind) {
        const std::int64_t d = kind.width;
        map("model.encoder.conv1", {d, kind.bins, kTaps});
        map("model.encoder.conv2", {d, d, kTaps});
        add("model.encoder.embed_positions.weight", {kPlaces, d});
        for (std::int64_t layer = 0; layer < kind.encoderLayers; ++layer) {
            addLayer("model.encoder.layers." + std::to_string(layer) + ".", false);
        }
        norm("model.encoder.layer_norm");
        add("model.decoder.embed_tokens.weight", {vocabSize(kind), d});
        add("model.decoder.embed_positions.weight", {kPositions, d});
        for (std::int64_t layer = 0; layer < kind.decoderLayers; ++layer) {
            addLayer("model.decoder.layers." + std::to_string(layer) + ".", true);
        }
        norm("model.decoder.layer_norm");
    }

    std::vector<WeightShape> take() { return std::move(shapes_); }

  private:
    void add(const std::string& name, std::vector<std::int64_t> shape) {
        shapes_.push_back({name, std::move(shape)});
    }

    void map(const std::string& name, const std::vector<std::int64_t>& shape) {
        add(name + ".weight", shape);
        add(name + ".bias", {shape.front()});
    }

    void norm(const std::string& name) {
        add(name + ".weight", {kind_.width});
        add(name + ".bias", {kind_.width});
    }

    void addAttention(const std::string& name) {
        const std::int64_t d = kind_.width;
        map(name + ".q_proj", {d, d});
        add(name + ".k_proj.weight", {d, d});  // keys have no bias
        map(name + ".v_proj", {d, d});
        map(name + ".out_proj", {d, d});
        norm(name + "_layer_norm");
    }

    void addLayer(const std::string& prefix, bool isDecoder) {
        addAttention(prefix + "self_attn");
        if (isDecoder) addAttention(prefix + "encoder_attn");
        map(prefix + "fc1", {kind_.inner, kind_.width});
        map(prefix + "fc2", {kind_.width, kind_.inner});
        norm(prefix + "final_layer_norm");
    }

    const SpeechKind& kind_;
    std::vector<WeightShape> shapes_;
};

Json speechConfigJson(const SpeechKind& kind) {
    return {{"architectures", Json::array({"WhisperForConditionalGeneration"})},
            {"model_type", "whisper"},
            {"activation_function", "gelu"},
            {"d_model", kind.width},
            {"encoder_layers", kind.encoderLayers},
            {"encoder_attention_heads", kind.heads},
            {"encoder_ffn_dim", kind.inner},
            {"decoder_layers", kind.decoderLayers},
            {"decoder_attention_heads", kind.heads},
            {"decoder_ffn_dim", kind.inner},
            {"num_mel_bins", kind.bins},
            {"vocab_size", vocabSize(kind)},
            {"max_source_positions", kPlaces},
            {"max_target_positions", kPositions},
            {"scale_embedding", false},
            {"torch_dtype", "bfloat16"},
            {"bos_token_id", endOfText(kind)},
            {"eos_token_id", endOfText(kind)},
            {"pad_token_id", endOfText(kind)},
            {"decoder_start_token_id", endOfText(kind) + 1}};
}

Json speechGenerationJson(const SpeechKind& kind) {
    const TokenId start = endOfText(kind) + 1;
    return {{"is_multilingual", true},
            {"eos_token_id", endOfText(kind)},
            {"decoder_start_token_id", start},
            {"no_timestamps_token_id", noTimes(kind)},
            {"max_initial_timestamp_index", 50},
            {"suppress_tokens", Json::array()},
            {"lang_to_id", {{"<|en|>", start + 1}, {"<|de|>", start + 2}}}};
}

}  // namespace

std::vector<std::string> randomSpeechKinds() {
    std::vector<std::string> names;
    for (const SpeechKind& kind : kKinds) names.emplace_back(kind.name);
    return names;
}

CheckpointShape randomSpeechShape(const std::string& name) {
    const SpeechKind& kind = speechKind(name);
    constexpr int kIndent = 2;
    return {{{"config.json", speechConfigJson(kind).dump(kIndent)},
             {"generation_config.json", speechGenerationJson(kind).dump(kIndent)},
             {"tokenizer.json", byteLevelTokenizerJson(kind.baseTokens, nlohmann::json::array(),
                                                       nullptr, byteLevelJson(true))
                                    .dump()}},
            ShapeList(kind).take()};
}

}  // namespace reelquery
