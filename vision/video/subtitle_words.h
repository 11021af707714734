#pragma once
// The words of one subtitle event as FFmpeg hands them out: an ASS dialogue line.

#include <string>
#include <string_view>

namespace reelquery {

/// The shown text of "ReadOrder,Layer,Style,Name,MarginL,MarginR,MarginV,Effect,Text": override
/// blocks and drawings taken out, breaks and runs of white space turned into one space. Empty where
/// nothing is shown.
std::string wordsOfDialogue(std::string_view line);

/// True for well-formed UTF-8 (no overlong forms, no surrogates).
bool isUtf8(std::string_view bytes);

}  // namespace reelquery
