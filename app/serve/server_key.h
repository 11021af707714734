#pragma once
// The key without which nothing is answered.

#include <filesystem>
#include <string>

namespace reelquery {

/// What the file holds; where there is none, 256 random bits are written to it first, for its owner
/// alone (0600). Throws Error{kUsage} where it cannot be read or written, or others may read it.
std::string keptKey(const std::filesystem::path& file);

/// Where the key is kept unless somebody says otherwise: below $XDG_CONFIG_HOME or ~/.config.
/// Throws Error{kUsage} where there is no home.
std::filesystem::path defaultKeyFile();

/// Throws Error{kUsage} for a key that is short or cannot stand in a header. Returns it.
std::string checkedKey(const std::string& key);

/// Whether the two are equal, in a time that tells nothing of where they part.
bool equalKeys(const std::string& given, const std::string& wanted);

}  // namespace reelquery
