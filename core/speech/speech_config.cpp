#include "core/speech/speech_config.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/base/error.h"
#include "core/base/file_exists.h"
#include "core/spec/json_fields.h"
#include "core/speech/silent_tokens.h"
#include "core/tokens/tokenizer.h"

namespace reelquery {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

constexpr IntegerRange kSize{1, 1 << 20};
constexpr IntegerRange kAnyId{0, 1 << 22};
/// Vocabularies of the published models: English only, 99 languages, 100 languages.
constexpr std::int64_t kEnglishVocab = 51864, kFirstMultilingualVocab = 51865,
                       kLargestVocab = 51866;

std::string currentCode(const std::string& code) {
    if (code == "iw") return "he";
    if (code == "jv") return "jw";
    return code;
}

/// "<|en|>" -> "en"; empty for another shape.
std::string codeIn(const std::string& name) {
    if (!name.starts_with("<|") || !name.ends_with("|>") || name.size() < 6) return {};
    return name.substr(2, name.size() - 4);
}

/// Takes ids from the generation settings, else from the tokenizer's names.
class IdReader {
  public:
    IdReader(const JsonFields& generation, const JsonFields& config, const Tokenizer& tokenizer)
        : generation_(generation), config_(config), tokenizer_(tokenizer) {}

    /// -1 where neither knows it.
    TokenId find(const char* field, const char* name) const {
        for (const JsonFields* fields : {&generation_, &config_}) {
            const auto ids = field ? fields->integers(field, kAnyId) : std::vector<std::int64_t>();
            if (!ids.empty()) return static_cast<TokenId>(ids.front());
        }
        return tokenizer_.specialId(name).value_or(-1);
    }

    [[noreturn]] void fail(const std::string& field, const std::string& expected) const {
        generation_.fail(field, expected);
    }

  private:
    const JsonFields& generation_;
    const JsonFields& config_;
    const Tokenizer& tokenizer_;
};

/// Languages lie between the start token and "translate", in a fixed order.
std::vector<SpokenLanguage> readLanguages(const JsonFields& generation, const SpeechIds& ids,
                                          const Tokenizer& tokenizer) {
    std::vector<SpokenLanguage> languages;
    if (const Json* listed = generation.find("lang_to_id"); listed && listed->is_object()) {
        for (const auto& [name, id] : listed->items()) {
            if (codeIn(name).empty() || !id.is_number_unsigned()) {
                generation.fail("lang_to_id", "names as <|en|> with ids");
            }
            languages.push_back({currentCode(codeIn(name)), id.get<TokenId>()});
        }
    } else {
        for (TokenId id = ids.startOfTranscript + 1; id < ids.translate; ++id) {
            const std::string code = codeIn(tokenizer.bytesOf(id));
            if (!code.empty()) languages.push_back({currentCode(code), id});
        }
    }
    std::sort(languages.begin(), languages.end(),
              [](const SpokenLanguage& a, const SpokenLanguage& b) { return a.id < b.id; });
    return languages;
}

SpeechIds readIds(const JsonFields& generation, const JsonFields& config,
                  const Tokenizer& tokenizer, std::int64_t vocabSize, bool isMultilingual) {
    const IdReader reader(generation, config, tokenizer);
    SpeechIds ids;
    ids.endOfText = reader.find("eos_token_id", "<|endoftext|>");
    ids.startOfTranscript = reader.find("decoder_start_token_id", "<|startoftranscript|>");
    ids.noTimes = reader.find("no_timestamps_token_id", "<|notimestamps|>");
    if (ids.noTimes < 0 && vocabSize >= kEnglishVocab && vocabSize <= kLargestVocab) {
        ids.noTimes = static_cast<TokenId>(vocabSize - kTimeTokens - 1);
    }
    const bool inOrder = ids.endOfText >= 0 && ids.endOfText < ids.startOfTranscript &&
                         ids.startOfTranscript < ids.noTimes - 5 &&
                         ids.noTimes + 1 + kTimeTokens <= vocabSize;
    if (!inOrder) {
        reader.fail("no_timestamps_token_id",
                    "ids of <|endoftext|>, <|startoftranscript|>, <|notimestamps|> and 1501 times "
                    "in this order below vocab_size " +
                        std::to_string(vocabSize));
    }
    ids.timesBegin = ids.noTimes + 1;
    // Their names changed over the years; their order never did.
    ids.noSpeech = ids.noTimes - 1;
    ids.startOfPrevious = ids.noTimes - 2;
    ids.startOfLm = ids.noTimes - 3;
    ids.transcribe = ids.noTimes - 4;
    ids.translate = ids.noTimes - 5;
    const std::vector<TokenId> blank = tokenizer.encode(" ");
    if (blank.size() != 1) reader.fail("suppress_tokens", "a tokenizer with a token for a space");
    ids.blank = blank.front();
    if (isMultilingual) ids.languages = readLanguages(generation, ids, tokenizer);
    if (isMultilingual && ids.languages.empty()) {
        reader.fail("lang_to_id", "languages for a multilingual model");
    }
    for (const SpokenLanguage& language : ids.languages) {
        if (language.id <= ids.startOfTranscript || language.id >= ids.translate) {
            reader.fail("lang_to_id",
                        "ids between those of <|startoftranscript|> and <|translate|>");
        }
    }
    return ids;
}

std::vector<AttentionHead> readHeads(const JsonFields& generation, const SpeechConfig& config) {
    std::vector<AttentionHead> heads;
    const Json* listed = generation.find("alignment_heads");
    if (!listed) return heads;
    const auto refuse = [&] {
        generation.fail("alignment_heads", "pairs of layer and head of the decoder");
    };
    if (!listed->is_array()) refuse();
    for (const Json& pair : *listed) {
        if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number_unsigned() ||
            !pair[1].is_number_unsigned() || pair[0].get<std::int64_t>() >= config.decoderLayers ||
            pair[1].get<std::int64_t>() >= config.decoderHeads) {
            refuse();
        }
        heads.push_back({pair[0].get<int>(), pair[1].get<int>()});
    }
    return heads;
}

std::vector<TokenId> readTokens(const JsonFields& generation, const JsonFields& config,
                                const char* field, bool& isListed) {
    isListed = generation.find(field) || config.find(field);
    const JsonFields& fields = generation.find(field) ? generation : config;
    std::vector<TokenId> tokens;
    for (const std::int64_t id : fields.integers(field, {-1, kAnyId.high})) {
        if (id >= 0) tokens.push_back(static_cast<TokenId>(id));  // -1: the usual list
        isListed = isListed && id >= 0;
    }
    return tokens;
}

void readSizes(const JsonFields& fields, SpeechConfig& config) {
    config.width = fields.integer("d_model", kSize);
    config.melBins = fields.integer("num_mel_bins", {1, 201}, 80);
    config.vocabSize = fields.integer("vocab_size", {kTimeTokens, kAnyId.high});
    config.encoderLayers = fields.integer("encoder_layers", {1, 1024});
    config.decoderLayers = fields.integer("decoder_layers", {1, 1024});
    config.encoderHeads = fields.integer("encoder_attention_heads", {1, 1024});
    config.decoderHeads = fields.integer("decoder_attention_heads", {1, 1024});
    config.encoderInner = fields.integer("encoder_ffn_dim", kSize);
    config.decoderInner = fields.integer("decoder_ffn_dim", kSize);
    config.isTied = fields.flag("tie_word_embeddings", true);
    config.medianWidth = static_cast<int>(fields.integer("median_filter_width", {1, 99}, 7));
    if (config.medianWidth % 2 == 0) fields.fail("median_filter_width", "an odd number");
    if (config.width % config.encoderHeads != 0 || config.width % config.decoderHeads != 0) {
        fields.fail("d_model", "a multiple of the numbers of heads");
    }
    if (fields.integer("max_source_positions", kSize, kWindowPlaces) != kWindowPlaces) {
        fields.fail("max_source_positions", "1500 (windows of 30 s)");
    }
    if (fields.integer("max_target_positions", kSize, kLongestTokens) != kLongestTokens) {
        fields.fail("max_target_positions", "448");
    }
    if (fields.text("activation_function", "gelu") != "gelu") {
        fields.fail("activation_function", "gelu");
    }
    if (fields.flag("scale_embedding", false)) fields.fail("scale_embedding", "false");
}

}  // namespace

const SpokenLanguage* SpeechConfig::language(const std::string& code) const {
    const auto found = std::find_if(
        ids.languages.begin(), ids.languages.end(),
        [&](const SpokenLanguage& language) { return language.code == currentCode(code); });
    return found == ids.languages.end() ? nullptr : &*found;
}

SpeechConfig readSpeechConfig(const fs::path& folder, const Tokenizer& tokenizer) {
    const fs::path configFile = folder / "config.json";
    const Json configJson = parseJsonFile(configFile);
    const JsonFields fields({&configJson}, configFile.string());
    if (fields.text("model_type", "") != kSpeechModelType) {
        fields.fail("model_type", "whisper (a speech model in the hub's format)");
    }
    const fs::path generationFile = folder / "generation_config.json";
    const Json generationJson =
        fileExists(generationFile) ? parseJsonFile(generationFile) : Json::object();
    const JsonFields generation({&generationJson}, generationFile.string());

    SpeechConfig config;
    readSizes(fields, config);
    config.isMultilingual =
        generation.flag("is_multilingual", config.vocabSize >= kFirstMultilingualVocab);
    config.ids = readIds(generation, fields, tokenizer, config.vocabSize, config.isMultilingual);
    config.latestFirstTime = static_cast<int>(
        generation.integer("max_initial_timestamp_index", {0, kTimeTokens - 1}, 50));
    config.alignmentHeads = readHeads(generation, config);
    config.guessedHeads = config.alignmentHeads.empty();
    for (auto layer = static_cast<int>(config.decoderLayers / 2);
         config.guessedHeads && layer < config.decoderLayers; ++layer) {
        for (int head = 0; head < config.decoderHeads; ++head) {
            config.alignmentHeads.push_back({layer, head});
        }
    }
    bool isListed = false;
    config.suppressed = readTokens(generation, fields, "suppress_tokens", isListed);
    if (!isListed) config.suppressed = silentTokens(tokenizer);
    const SpeechIds& ids = config.ids;
    config.suppressed.insert(config.suppressed.end(),
                             {ids.transcribe, ids.translate, ids.startOfTranscript,
                              ids.startOfPrevious, ids.startOfLm, ids.noSpeech});
    std::sort(config.suppressed.begin(), config.suppressed.end());
    config.suppressed.erase(std::unique(config.suppressed.begin(), config.suppressed.end()),
                            config.suppressed.end());
    config.suppressedFirst = readTokens(generation, fields, "begin_suppress_tokens", isListed);
    if (!isListed) config.suppressedFirst = {ids.blank, ids.endOfText};
    for (const auto* list : {&config.suppressed, &config.suppressedFirst}) {
        if (!list->empty() && *std::max_element(list->begin(), list->end()) >= config.vocabSize) {
            generation.fail("suppress_tokens", "ids below vocab_size");
        }
    }
    return config;
}

bool isSpeechModel(const fs::path& folder) {
    std::ifstream in(folder / "config.json");
    const Json json = in ? Json::parse(in, nullptr, false) : Json();
    return json.is_object() && json.value("model_type", Json()) == kSpeechModelType;
}

}  // namespace reelquery
