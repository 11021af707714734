#pragma once
// Text to token ids and back, whatever the kind of vocabulary.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/spec/model_config.h"

namespace reelquery {

/// Whether strings such as "<|im_end|>" inside a text become control tokens.
enum class SpecialText {
    kPlain,   ///< no: they are split like any text. Always used for what a user typed
    kControl  ///< yes
};

/// Immutable once loaded. Thread: any number at a time.
class Tokenizer {
  public:
    virtual ~Tokenizer() = default;

    /// Token ids of UTF-8 text; broken UTF-8 is read as U+FFFD. Nothing is added before or after.
    virtual std::vector<TokenId> encode(std::string_view text,
                                        SpecialText special = SpecialText::kPlain) const = 0;

    /// Id of a control token by its exact text, for example "<|video_pad|>".
    virtual std::optional<TokenId> specialId(std::string_view text) const = 0;

    /// True for control tokens, which are not part of an answer's text.
    virtual bool isSpecial(TokenId id) const = 0;

    /// The bytes an id stands for: often part of a character. A control token gives its text.
    /// Empty for ids that name nothing (the padding rows of the embedding).
    virtual std::string bytesOf(TokenId id) const = 0;

    /// Ids below this may be produced; those from it on are padding.
    virtual TokenId knownIds() const = 0;

    /// True when encode() puts a space before the text that decoding has to drop again.
    virtual bool addsLeadingSpace() const { return false; }
};

/// Loads the tokenizer of a model folder: tokenizer.model (SentencePiece) where there is one, else
/// tokenizer.json, else vocab.json + merges.txt + tokenizer_config.json; of a file in GGUF, the one
/// in its keys.
/// Errors: kModel naming the file and what is wrong with it.
std::unique_ptr<Tokenizer> loadTokenizer(const std::filesystem::path& folder);

/// Text of ids with U+FFFD for broken UTF-8. Control tokens are dropped unless keepSpecial.
std::string decode(const Tokenizer& tokenizer, const std::vector<TokenId>& ids, bool keepSpecial);

}  // namespace reelquery
