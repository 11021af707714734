#pragma once
// The files of a byte-level BPE tokenizer, read into one checked table.

#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/spec/model_config.h"

namespace reelquery {

struct GgufHeader;

/// A token that is cut out of a text before anything else.
struct AddedToken {
    std::string text;
    TokenId id = -1;
    bool isSpecial = true;  ///< left out of an answer's text
};

/// What two neighbouring tokens become.
struct Merge {
    std::uint32_t rank = 0;  ///< lower goes first
    TokenId result = -1;
};

struct BpeVocabulary {
    std::vector<std::string> bytesOfId;  ///< raw bytes; empty where an id names nothing
    std::vector<TokenId> idOfByte;       ///< [256]
    std::unordered_map<std::uint64_t, Merge> merges;  ///< by mergeKey(left, right)
    std::vector<AddedToken> added;
    std::string splitPattern;
    bool composes = true;  ///< text is brought to NFC first

    static std::uint64_t mergeKey(TokenId left, TokenId right) {
        return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 |
               static_cast<std::uint32_t>(right);
    }
};

/// Reads tokenizer.json. Both spellings of merges ("a b" and ["a", "b"]) are known.
/// Errors: kModel naming the file and the entry.
BpeVocabulary readTokenizerJson(const std::filesystem::path& file);

/// Reads vocab.json, merges.txt and the added tokens of tokenizer_config.json.
BpeVocabulary readVocabAndMerges(const std::filesystem::path& folder);

/// The vocabulary in the keys of a GGUF file: tokens with their types, merges.
/// Errors: kModel naming the file and what is wrong.
BpeVocabulary readGgufVocabulary(const GgufHeader& header);

}  // namespace reelquery
