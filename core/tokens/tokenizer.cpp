#include "core/tokens/tokenizer.h"

#include "core/base/error.h"
#include "core/base/file_exists.h"
#include "core/spec/gguf_files.h"
#include "core/spec/gguf_header.h"
#include "core/tokens/bpe_tokenizer.h"
#include "core/tokens/sentencepiece_tokenizer.h"

namespace reelquery {

namespace fs = std::filesystem;

std::unique_ptr<Tokenizer> loadTokenizer(const fs::path& folder) {
    std::error_code ignored;
    if (fs::is_regular_file(folder, ignored)) {
        return std::make_unique<BpeTokenizer>(
            readGgufVocabulary(readGgufHeader(ggufParts(folder).front())), folder.string());
    }
    // No Qwen checkpoint has a tokenizer.model, so where there is one it is meant.
    if (fileExists(folder / "tokenizer.model")) {
        return loadSentencePiece(folder / "tokenizer.model");
    }
    const fs::path whole = folder / "tokenizer.json", vocab = folder / "vocab.json";
    if (fileExists(whole)) {
        return std::make_unique<BpeTokenizer>(readTokenizerJson(whole), whole.string());
    }
    if (fileExists(vocab)) {
        return std::make_unique<BpeTokenizer>(readVocabAndMerges(folder), vocab.string());
    }
    throw Error(
        ErrorCode::kModel,
        folder.string() + ": neither tokenizer.json, vocab.json nor tokenizer.model is there",
        "the model folder is incomplete; download the model again");
}

}  // namespace reelquery
