#pragma once
// HTML's character references, as WebVTT and much of SubRip have them.

#include <string>
#include <string_view>

namespace reelquery {

/// Text with "&amp;", "&#39;", "&#x2019;" and HTML 4's names resolved into UTF-8; what is no
/// reference stays as it is. References to control characters and surrogates become U+FFFD.
std::string resolveReferences(std::string_view text);

}  // namespace reelquery
