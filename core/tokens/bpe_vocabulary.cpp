#include "core/tokens/bpe_vocabulary.h"

#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/error.h"
#include "core/base/file_exists.h"
#include "core/spec/gguf_header.h"
#include "core/spec/json_fields.h"
#include "core/tokens/byte_alphabet.h"
#include "core/tokens/pre_tokenizer.h"

namespace reelquery {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

// More than any published vocabulary; keeps a damaged id from allocating gigabytes.
constexpr std::int64_t kHighestId = 1 << 22;
constexpr std::size_t kByteValues = 256;
constexpr const char* kSplitterOfQwen = "qwen2";  // what GGUF calls the one that is known

/// Fills a BpeVocabulary from whichever files there are, checking as it goes.
class VocabularyReader {
  public:
    explicit VocabularyReader(std::string where) : where_(std::move(where)) {}

    void readVocab(const Json& vocab) {
        if (!vocab.is_object() || vocab.empty()) fail("the vocabulary is not an object");
        for (const auto& [entry, id] : vocab.items()) addEntry(entry, checkedId(entry, id));
        findBytes();
    }

    void addEntry(const std::string& entry, TokenId token) {
        auto bytes = bytesFromAlphabet(entry);
        // Whisper's vocabulary has a token without a name; it stands for nothing.
        if (!bytes || (bytes->empty() && !entry.empty()))
            fail("the entry \"" + entry + "\" is not byte-level");
        if (!idOfEntry_.emplace(entry, token).second) fail("\"" + entry + "\" appears twice");
        place(token, std::move(*bytes));
    }

    /// Every byte has a token. Call it behind the last entry.
    void findBytes() {
        vocabulary_.idOfByte.resize(kByteValues);
        for (std::size_t byte = 0; byte < kByteValues; ++byte) {
            const std::string entry = alphabetFromBytes(std::string(1, static_cast<char>(byte)));
            const auto found = idOfEntry_.find(entry);
            if (found == idOfEntry_.end()) fail("the byte \"" + entry + "\" is missing");
            vocabulary_.idOfByte[byte] = found->second;
        }
    }

    void addMerge(const std::string& left, const std::string& right) {
        const auto id = [&](const std::string& entry) {
            const auto found = idOfEntry_.find(entry);
            if (found == idOfEntry_.end()) {
                fail("the merge of \"" + left + "\" and \"" + right + "\" needs \"" + entry +
                     "\", which the vocabulary lacks");
            }
            return found->second;
        };
        const std::uint64_t key = BpeVocabulary::mergeKey(id(left), id(right));
        // A pair that comes twice keeps its last rank, as in the reference implementation.
        vocabulary_.merges[key] = {rank_++, id(left + right)};
    }

    void addSpecial(const std::string& text, const Json& id, bool isSpecial) {
        if (text.empty()) fail("an added token is empty");
        const TokenId token = checkedId(text, id);
        place(token, text);
        vocabulary_.added.push_back({text, token, isSpecial});
    }

    /// Makes an entry of the vocabulary a control token, where it has one of this text.
    void makeSpecial(const std::string& entry) {
        const auto found = idOfEntry_.find(entry);
        if (found != idOfEntry_.end()) vocabulary_.added.push_back({entry, found->second, true});
    }

    BpeVocabulary& vocabulary() { return vocabulary_; }

    [[noreturn]] void fail(const std::string& what) const {
        throw Error(ErrorCode::kModel, where_ + ": " + what,
                    "the tokenizer is damaged or of a kind that is not supported");
    }

  private:
    TokenId checkedId(const std::string& entry, const Json& id) const {
        const bool isGood = id.is_number_unsigned() && id.get<std::uint64_t>() <= kHighestId;
        if (!isGood) fail("the id of \"" + entry + "\" is not a number from 0 to 4194304");
        return id.get<TokenId>();
    }

    void place(TokenId id, std::string bytes) {
        const auto at = static_cast<std::size_t>(id);
        if (vocabulary_.bytesOfId.size() <= at) vocabulary_.bytesOfId.resize(at + 1);
        std::string& slot = vocabulary_.bytesOfId[at];
        if (!slot.empty() && slot != bytes) fail("the id " + std::to_string(id) + " is used twice");
        slot = std::move(bytes);
    }

    std::string where_;
    BpeVocabulary vocabulary_;
    std::unordered_map<std::string, TokenId> idOfEntry_;
    std::uint32_t rank_ = 0;
};

/// Settings of the BPE model that would change what a text becomes.
void checkModel(const JsonFields& model, const VocabularyReader& reader) {
    if (model.text("type", "BPE") != "BPE") reader.fail("the model is not BPE");
    for (const char* field : {"continuing_subword_prefix", "end_of_word_suffix", "unk_token"}) {
        if (!model.text(field, "").empty()) reader.fail(std::string(field) + " is not supported");
    }
    for (const char* field : {"byte_fallback", "ignore_merges"}) {
        if (model.flag(field, false)) reader.fail(std::string(field) + " is not supported");
    }
}

/// The steps of a Sequence, or the one step itself.
std::vector<const Json*> steps(const Json* value, const char* list) {
    if (!value) return {};
    if (value->value("type", "") != "Sequence") return {value};
    std::vector<const Json*> all;
    for (const Json& step : value->at(list)) all.push_back(&step);
    return all;
}

void readNormalizer(const Json* value, VocabularyReader& reader) {
    reader.vocabulary().composes = false;
    for (const Json* step : steps(value, "normalizers")) {
        if (step->value("type", "") != "NFC") reader.fail("only the normalizer NFC is supported");
        reader.vocabulary().composes = true;
    }
}

void readSplitter(const Json* value, VocabularyReader& reader) {
    bool hasBytes = false;
    for (const Json* step : steps(value, "pretokenizers")) {
        const std::string type = step->value("type", "");
        if (type == "Split" && step->value("behavior", "") == "Isolated" &&
            !step->value("invert", false) && reader.vocabulary().splitPattern.empty()) {
            reader.vocabulary().splitPattern = step->at("pattern").at("Regex").get<std::string>();
        } else if (type == "ByteLevel" && !step->value("add_prefix_space", true) &&
                   !step->value("use_regex", true)) {
            hasBytes = true;
        } else if (type == "ByteLevel" && !step->value("add_prefix_space", true) &&
                   reader.vocabulary().splitPattern.empty()) {
            reader.vocabulary().splitPattern = PreTokenizer::gpt2Pattern();
            hasBytes = true;
        } else {
            reader.fail("the pre-tokenizer step \"" + type + "\" is not supported");
        }
    }
    if (!hasBytes || reader.vocabulary().splitPattern.empty()) {
        reader.fail("the pre-tokenizer is neither Qwen2's (Split, then ByteLevel) nor GPT-2's");
    }
}

void readMerges(const Json& merges, VocabularyReader& reader) {
    for (const Json& merge : merges) {
        if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
            reader.addMerge(merge[0].get<std::string>(), merge[1].get<std::string>());
            continue;
        }
        const std::string line = merge.is_string() ? merge.get<std::string>() : "";
        const auto space = line.find(' ');
        if (space == std::string::npos)
            reader.fail("a merge is neither \"a b\" nor [\"a\", \"b\"]");
        reader.addMerge(line.substr(0, space), line.substr(space + 1));
    }
}

/// The file that older folders keep their added tokens in, name -> id. False where there is none.
bool readAddedTokens(const fs::path& file, VocabularyReader& reader) {
    if (!fileExists(file)) return false;
    reader.makeSpecial("<|endoftext|>");  // an entry of the vocabulary here
    const Json names = parseJsonFile(file);
    for (const auto& [text, id] : names.items()) {
        // Whisper's times, "<|1.20|>", are ordinary tokens; the other names are control tokens.
        const bool isTime = text.size() > 2 && text[2] >= '0' && text[2] <= '9';
        reader.addSpecial(text, id, !isTime);
    }
    return true;
}

}  // namespace

BpeVocabulary readTokenizerJson(const fs::path& file) {
    const Json json = parseJsonFile(file);
    VocabularyReader reader(file.string());
    try {
        const JsonFields top({&json}, file.string());
        const JsonFields model = top.child("model");
        checkModel(model, reader);
        const Json* vocab = model.find("vocab");
        const Json* merges = model.find("merges");
        if (!vocab || !merges || !merges->is_array())
            reader.fail("model.vocab or model.merges is missing");
        reader.readVocab(*vocab);
        readMerges(*merges, reader);
        readNormalizer(top.find("normalizer"), reader);
        readSplitter(top.find("pre_tokenizer"), reader);
        if (const Json* added = top.find("added_tokens")) {
            for (const Json& token : *added) {
                reader.addSpecial(token.at("content").get<std::string>(), token.at("id"),
                                  token.value("special", true));
            }
        }
    } catch (const Json::exception&) {
        reader.fail("its structure is not that of a tokenizer");
    }
    return std::move(reader.vocabulary());
}

BpeVocabulary readVocabAndMerges(const fs::path& folder) {
    VocabularyReader vocab((folder / "vocab.json").string());
    vocab.readVocab(parseJsonFile(folder / "vocab.json"));

    const fs::path mergesFile = folder / "merges.txt";
    std::ifstream merges(mergesFile);
    if (!merges) {
        throw Error(ErrorCode::kModel, mergesFile.string() + " cannot be opened",
                    "the model folder is incomplete; download the model again");
    }
    std::string line;
    for (bool isTop = true; std::getline(merges, line); isTop = false) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (line.empty() || (isTop && line.starts_with("#version"))) continue;
        const auto space = line.find(' ');
        if (space == std::string::npos) vocab.fail("merges.txt has the line \"" + line + "\"");
        vocab.addMerge(line.substr(0, space), line.substr(space + 1));
    }

    const fs::path configFile = folder / "tokenizer_config.json";
    const Json config = parseJsonFile(configFile);
    const JsonFields fields({&config}, configFile.string());
    const bool isWhisper = fields.text("tokenizer_class", "").starts_with("Whisper");
    if (isWhisper) vocab.vocabulary().composes = false;
    vocab.vocabulary().splitPattern =
        isWhisper ? PreTokenizer::gpt2Pattern() : PreTokenizer::qwen2Pattern();
    if (isWhisper && readAddedTokens(folder / "added_tokens.json", vocab)) {
        return std::move(vocab.vocabulary());
    }
    const Json* added = fields.find("added_tokens_decoder");
    if (!added || !added->is_object()) fields.fail("added_tokens_decoder", "an object");
    try {
        for (const auto& [key, token] : added->items()) {
            std::int64_t id = -1;
            std::from_chars(key.data(), key.data() + key.size(), id);
            if (id < 0) fields.fail("added_tokens_decoder", "an object with ids as keys");
            vocab.addSpecial(token.at("content").get<std::string>(),
                             Json(static_cast<std::uint64_t>(id)), token.value("special", true));
        }
    } catch (const Json::exception&) {
        fields.fail("added_tokens_decoder", "an object of tokens");
    }
    return std::move(vocab.vocabulary());
}

BpeVocabulary readGgufVocabulary(const GgufHeader& header) {
    enum TokenType : std::int64_t { kNormal = 1, kControl = 3, kUserDefined = 4, kUnused = 5 };

    VocabularyReader reader(header.file.string());
    const std::string model = header.text("tokenizer.ggml.model", "");
    const std::string pre = header.text("tokenizer.ggml.pre", kSplitterOfQwen);
    if (model != "gpt2") reader.fail("tokenizer.ggml.model is \"" + model + "\", not gpt2");
    if (pre != kSplitterOfQwen) reader.fail("tokenizer.ggml.pre is \"" + pre + "\", not qwen2");
    const auto& tokens = header.texts("tokenizer.ggml.tokens");
    const auto types = header.integers("tokenizer.ggml.token_type");
    if (tokens.empty() || tokens.size() > kHighestId || types.size() != tokens.size()) {
        reader.fail("tokenizer.ggml.tokens and .token_type are not lists of one length");
    }
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const auto id = static_cast<TokenId>(i);
        switch (types[i]) {
            case kNormal:
                reader.addEntry(tokens[i], id);
                break;
            case kControl:
            case kUserDefined:
                reader.addSpecial(tokens[i], Json(static_cast<std::uint64_t>(i)),
                                  types[i] == kControl);
                break;
            case kUnused:
                break;
            default:
                reader.fail("the token " + std::to_string(i) + " has the type " +
                            std::to_string(types[i]));
        }
    }
    reader.findBytes();
    for (const std::string& merge : header.texts("tokenizer.ggml.merges")) {
        const auto space = merge.find(' ');
        if (space == std::string::npos) reader.fail("the merge \"" + merge + "\" is not \"a b\"");
        reader.addMerge(merge.substr(0, space), merge.substr(space + 1));
    }
    reader.vocabulary().splitPattern = PreTokenizer::qwen2Pattern();
    return std::move(reader.vocabulary());
}

}  // namespace reelquery
