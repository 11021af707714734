#pragma once
// Files that are there whole or not at all.

#include <filesystem>
#include <functional>
#include <ostream>

namespace reelquery {

/// Of the name a file is written under until it is whole: "<file>.<process>.<count>.unfinished". A
/// process that is killed leaves one behind.
inline constexpr const char* kUnfinishedEnding = ".unfinished";

/// Writes `file` anew, in place of an old one: `write` fills a file beside it, which then takes its
/// name. False, with the old file as it was, where the disk does not take it. What `write` throws
/// leaves no file behind. Makes no folders. Thread: any; threads and processes that write the same
/// file at once do not mix.
bool replaceFile(const std::filesystem::path& file,
                 const std::function<void(std::ostream&)>& write);

/// Whether a file can be written beside `file`, by a trial that leaves nothing behind: to be asked
/// before long work. Thread: any.
bool canReplaceFile(const std::filesystem::path& file);

}  // namespace reelquery
