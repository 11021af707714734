#pragma once
// What happens to a text before byte pairs are merged: composition and cutting into pieces.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace reelquery {

/// Unicode normalisation form C of valid UTF-8.
std::string composeNfc(std::string_view text);

/// Cuts text by a regular expression: every match is a piece, and so is what lies between matches.
/// Immutable after construction. Thread: any number at a time.
class PreTokenizer {
  public:
    /// The pattern that Qwen2 tokenizers declare.
    static const char* qwen2Pattern();

    /// The pattern that GPT-2 uses without declaring it; Whisper's tokenizers, too.
    static const char* gpt2Pattern();

    /// Errors: kModel when PCRE2 does not accept the pattern; `where` names its file.
    PreTokenizer(const std::string& pattern, const std::string& where);
    ~PreTokenizer();

    /// Pieces of valid UTF-8, views into `text`. Errors: kModel where the pattern never ends on it.
    std::vector<std::string_view> split(std::string_view text) const;

  private:
    struct Code;
    std::unique_ptr<const Code> code_;
};

}  // namespace reelquery
