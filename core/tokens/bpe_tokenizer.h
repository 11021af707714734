#pragma once
// Byte-level BPE as Qwen2 uses it.

#include <unordered_map>

#include "core/tokens/bpe_vocabulary.h"
#include "core/tokens/pre_tokenizer.h"
#include "core/tokens/special_splitter.h"
#include "core/tokens/tokenizer.h"

namespace reelquery {

class BpeTokenizer final : public Tokenizer {
  public:
    /// where: names the vocabulary's file in messages.
    BpeTokenizer(BpeVocabulary vocabulary, const std::string& where);

    std::vector<TokenId> encode(std::string_view text, SpecialText special) const override;
    std::optional<TokenId> specialId(std::string_view text) const override;
    bool isSpecial(TokenId id) const override;
    std::string bytesOf(TokenId id) const override;
    TokenId knownIds() const override;

    /// Pieces that are merged on their own, after composition; for tests.
    std::vector<std::string> pieces(std::string_view text) const;

  private:
    std::string normalised(std::string_view text) const;
    void encodePlain(std::string_view text, std::vector<TokenId>& ids) const;
    void encodePiece(std::string_view piece, std::vector<TokenId>& ids) const;

    BpeVocabulary vocabulary_;
    PreTokenizer preTokenizer_;
    SpecialSplitter splitter_;
};

}  // namespace reelquery
