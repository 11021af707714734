#pragma once
// Subtitle bytes in whatever encoding people have, as UTF-8. No FFmpeg, no torch here.
//
// Note [Encodings]
// A byte order mark or the arrow of a time line tells UTF-16 and UTF-32; well-formed UTF-8 is
// UTF-8. What is left has no mark at all: uchardet guesses from the lines that are not UTF-8, and a
// guess counts only where the text converts with it. Lines are decided one by one, so a file that
// was put together from two encodings is read right in both halves.

#include <string>
#include <string_view>

namespace reelquery {

/// Text and where it came from.
struct DecodedText {
    std::string text;    ///< UTF-8, no byte order marks
    std::string readAs;  ///< the encoding that was guessed, "CP1251"; empty for any Unicode
};

/// Any bytes as UTF-8; what no encoding explains becomes U+FFFD. Thread: any.
DecodedText decodeSubtitleBytes(std::string_view bytes);

/// True for well-formed UTF-8 (no overlong forms, no surrogates).
bool isUtf8(std::string_view bytes);

}  // namespace reelquery
