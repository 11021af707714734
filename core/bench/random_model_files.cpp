// The JSON files of a random checkpoint.

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "core/bench/random_model_kinds.h"
#include "core/tokens/byte_alphabet.h"
#include "core/tokens/pre_tokenizer.h"

namespace reelquery {

namespace {

using Json = nlohmann::ordered_json;

Json addedToken(TokenId id, const std::string& text, bool isSpecial) {
    return {{"id", id},        {"content", text},     {"single_word", false}, {"lstrip", false},
            {"rstrip", false}, {"normalized", false}, {"special", isSpecial}};
}

/// The added tokens of a kind in id order: control tokens, then those that a text keeps.
std::vector<Json> addedTokens(const RandomModelKind& kind) {
    std::vector<Json> tokens;
    const auto add = [&](const std::vector<std::string>& texts, bool isSpecial) {
        for (const std::string& text : texts) {
            const TokenId id = kind.baseTokens + static_cast<TokenId>(tokens.size());
            tokens.push_back(addedToken(id, text, isSpecial));
        }
    };
    add(kind.config.spec->controlTokens, true);
    add(kind.config.spec->keptTokens, false);
    return tokens;
}

/// Entries of a vocabulary under construction: every merge makes the next id.
class VocabularyWriter {
  public:
    explicit VocabularyWriter(TokenId limit) : limit_(limit) {}

    void add(const std::string& entry) { vocab_[entry] = next_++; }

    bool isFull() const { return next_ >= limit_; }

    /// Every pair of one of `left` and one of `right`, while there is room. Returns the results.
    std::vector<std::string> merge(const std::vector<std::string>& left,
                                   const std::vector<std::string>& right) {
        std::vector<std::string> results;
        for (const std::string& a : left) {
            for (const std::string& b : right) {
                if (isFull()) return results;
                results.push_back(a + b);
                merges_.push_back(a + " " + b);
                add(results.back());
            }
        }
        return results;
    }

    const std::map<std::string, TokenId>& vocab() const { return vocab_; }

    const std::vector<std::string>& merges() const { return merges_; }

  private:
    TokenId limit_;
    TokenId next_ = 0;
    std::map<std::string, TokenId> vocab_;
    std::vector<std::string> merges_;
};

}  // namespace

nlohmann::json byteLevelJson(bool splits) {
    return {{"type", "ByteLevel"},
            {"add_prefix_space", false},
            {"trim_offsets", false},
            {"use_regex", splits}};
}

Json configJson(const RandomModelKind& kind) {
    const ModelConfig& config = kind.config;
    const TextConfig& text = config.text;
    const VisionConfig& tower = config.vision;
    const ModelSpec& spec = *config.spec;
    Json vision = {{"depth", tower.depth},
                   {"num_heads", tower.heads},
                   {"in_chans", tower.channels},
                   {"patch_size", tower.patchSize},
                   {"spatial_merge_size", tower.mergeSize},
                   {"spatial_patch_size", tower.patchSize},
                   {"temporal_patch_size", tower.temporalPatchSize},
                   {"hidden_act", spec.vision.activationName}};
    vision[spec.vision.widthField] = tower.width;
    vision[spec.vision.outputField] = tower.outputSize;
    vision[spec.vision.innerField] =
        spec.vision.innerRatio > 0 ? tower.intermediateSize / tower.width : tower.intermediateSize;
    if (spec.vision.windowSize > 0) {
        vision["window_size"] = tower.windowSize;
        vision["fullatt_block_indexes"] = tower.fullAttention;
    }
    if (tower.positionSide > 0) {
        vision[spec.vision.positionsField] = tower.positionSide * tower.positionSide;
    }
    if (!spec.vision.deepField.empty()) vision[spec.vision.deepField] = tower.deepLayers;
    if (spec.tokensPerSecond > 0) vision["tokens_per_second"] = config.tokensPerSecond;
    Json json = {{"architectures", Json::array({spec.architecture})},
                 {"model_type", spec.type},
                 {"attention_dropout", 0.0},
                 {"bos_token_id", kind.baseTokens},
                 {"eos_token_id", config.generation.eosIds.front()},
                 {"vision_start_token_id", config.ids.visionStart},
                 {"vision_end_token_id", config.ids.visionEnd},
                 {"vision_token_id", config.ids.visionEnd + 1},
                 {"image_token_id", config.ids.imagePad},
                 {"video_token_id", config.ids.videoPad},
                 {"hidden_act", "silu"},
                 {"hidden_size", text.hiddenSize},
                 {"initializer_range", 0.02},
                 {"intermediate_size", text.intermediateSize},
                 {"max_position_embeddings", text.maxPositions},
                 {"max_window_layers", text.layers},
                 {"num_attention_heads", text.heads},
                 {"num_hidden_layers", text.layers},
                 {"num_key_value_heads", text.kvHeads},
                 {"rms_norm_eps", text.rmsNormEps},
                 {"rope_theta", text.ropeTheta},
                 {"rope_scaling", {{"type", "mrope"}, {"mrope_section", text.mropeSection}}},
                 {"sliding_window", 32768},
                 {"tie_word_embeddings", text.tieWordEmbeddings},
                 {"torch_dtype", "bfloat16"},
                 {"use_cache", true},
                 {"use_sliding_window", false},
                 {"vision_config", vision},
                 {"vocab_size", text.vocabSize}};
    // Only where it does not follow, as in the hub's files.
    if (text.heads * text.headDim != text.hiddenSize) json["head_dim"] = text.headDim;
    return json;
}

Json generationJson(const RandomModelKind& kind) {
    const GenerationConfig& generation = kind.config.generation;
    return {{"bos_token_id", kind.baseTokens},
            {"pad_token_id", kind.baseTokens},
            {"do_sample", false},
            {"eos_token_id", generation.eosIds},
            {"repetition_penalty", generation.repetitionPenalty}};
}

Json preprocessorJson(const RandomModelKind& kind) {
    const PixelConfig& pixels = kind.config.pixels;
    return {{"image_processor_type", "Qwen2VLImageProcessor"},
            {"processor_class", "Qwen2VLProcessor"},
            {"image_mean", pixels.mean},
            {"image_std", pixels.std},
            {"min_pixels", pixels.minPixels},
            {"max_pixels", pixels.maxPixels},
            {"patch_size", kind.config.vision.patchSize},
            {"temporal_patch_size", kind.config.vision.temporalPatchSize},
            {"merge_size", kind.config.vision.mergeSize}};
}

Json tokenizerConfigJson(const RandomModelKind& kind) {
    Json decoder = Json::object();
    for (Json& token : addedTokens(kind)) {
        const std::string id = token.at("id").dump();
        token.erase("id");
        decoder[id] = token;
    }
    return {{"add_prefix_space", false},
            {"added_tokens_decoder", decoder},
            {"bos_token", nullptr},
            {"eos_token", "<|im_end|>"},
            {"pad_token", "<|endoftext|>"},
            {"unk_token", nullptr},
            {"model_max_length", kind.config.text.maxPositions},
            {"tokenizer_class", "Qwen2Tokenizer"}};
}

nlohmann::json byteLevelTokenizerJson(TokenId baseTokens, const nlohmann::json& added,
                                      const nlohmann::json& normalizer,
                                      const nlohmann::json& preTokenizer) {
    VocabularyWriter writer(baseTokens);
    // The first 256 ids are the byte alphabet in the order of its code points: bytes that stand for
    // themselves first, then the others.
    for (const bool isSelf : {true, false}) {
        for (int byte = 0; byte < 256; ++byte) {
            const std::string raw(1, static_cast<char>(byte));
            const std::string entry = alphabetFromBytes(raw);
            const bool standsForItself =
                entry == raw || (byte >= 0x80 && entry[0] != '\xC4' && entry[0] != '\xC5');
            if (standsForItself == isSelf) writer.add(entry);
        }
    }
    std::vector<std::string> letters;
    for (char letter = 'a'; letter <= 'z'; ++letter) letters.emplace_back(1, letter);
    const std::vector<std::string> twos = writer.merge(letters, letters);
    writer.merge(twos, letters);
    writer.merge(twos, twos);

    // Sorted: finding a key among 150,000 must not be a walk.
    return {{"version", "1.0"},
            {"truncation", nullptr},
            {"padding", nullptr},
            {"added_tokens", added},
            {"normalizer", normalizer},
            {"pre_tokenizer", preTokenizer},
            {"post_processor", byteLevelJson(false)},
            {"decoder", byteLevelJson(false)},
            {"model",
             {{"type", "BPE"},
              {"dropout", nullptr},
              {"unk_token", nullptr},
              {"continuing_subword_prefix", ""},
              {"end_of_word_suffix", ""},
              {"fuse_unk", false},
              {"byte_fallback", false},
              {"vocab", writer.vocab()},
              {"merges", writer.merges()}}}};
}

nlohmann::json tokenizerJson(const RandomModelKind& kind) {
    using Json = nlohmann::json;
    Json added = Json::array();
    for (const auto& token : addedTokens(kind)) added.emplace_back(token);
    const Json split = {{"type", "Split"},
                        {"pattern", {{"Regex", PreTokenizer::qwen2Pattern()}}},
                        {"behavior", "Isolated"},
                        {"invert", false}};
    return byteLevelTokenizerJson(
        kind.baseTokens, added, {{"type", "NFC"}},
        {{"type", "Sequence"}, {"pretokenizers", Json::array({split, byteLevelJson(false)})}});
}

}  // namespace reelquery
