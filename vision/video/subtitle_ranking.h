#pragma once
// Which of several subtitles to read: all that is said rather than a part, and a language that the
// person reads.

#include <string>
#include <string_view>
#include <vector>

namespace reelquery {

/// True where a title or a part of a file's name says that not all of the speech is there, or
/// something else than it: "forced", "Signs & Songs", "commentary".
bool saysPartOnly(std::string_view words);

/// The two-letter code of a language in whatever way files name it: "en", "eng", "en-US",
/// "English", "ger", "Deutsch"; of a file name's parts "en.sdh" the one that is a language. Empty
/// for unknown ones.
std::string languageCode(std::string_view words);

/// What the person at this machine reads, as the environment says (LC_ALL, LC_MESSAGES, LANG), then
/// English; two-letter codes.
std::vector<std::string> preferredLanguages();

/// Place of a language among `preferred`; their number where it is none of them.
int languageRank(std::string_view words, const std::vector<std::string>& preferred);

}  // namespace reelquery
