#pragma once
// Byte-level vocabularies spell every byte as one printable code point.

#include <optional>
#include <string>
#include <string_view>

namespace reelquery {

/// Raw bytes of a vocabulary entry; empty optional when it holds a code point outside the
/// alphabet or broken UTF-8.
/// Bytes 33-126, 161-172 and 174-255 stand for themselves as code points; the other 68, in
/// ascending order, are U+0100, U+0101, ...
std::optional<std::string> bytesFromAlphabet(std::string_view entry);

/// The inverse, for writing vocabularies.
std::string alphabetFromBytes(std::string_view bytes);

}  // namespace reelquery
