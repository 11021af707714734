#pragma once
// Turns answer tokens into text as they come, never cutting a UTF-8 character in two.

#include <string>
#include <string_view>

#include "core/spec/model_config.h"

namespace reelquery {

class Tokenizer;

/// Confined to the thread that generates. Borrows the tokenizer.
class StreamDecoder {
  public:
    explicit StreamDecoder(const Tokenizer& tokenizer, bool keepSpecial = false);

    /// Text that became certain with this token: whole characters, U+FFFD for bytes that can no
    /// longer become one. May be empty while a character is incomplete.
    std::string push(TokenId id);

    /// What is left at the end: U+FFFD for an incomplete tail, else nothing.
    std::string finish();

  private:
    std::string take(bool isLast);

    const Tokenizer& tokenizer_;
    bool keepSpecial_;
    bool dropSpace_;  // the next text starts with a space that encoding added
    std::string pending_;
};

/// Replaces broken UTF-8 by U+FFFD, one per maximal broken part (as Python and Rust do).
/// With isLast false an incomplete but so far valid tail stays in `bytes`; otherwise all is taken.
std::string takeValidUtf8(std::string& bytes, bool isLast);

}  // namespace reelquery
