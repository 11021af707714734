#pragma once
// The folder a run leaves behind.

#include <filesystem>
#include <string>

namespace reelquery {

/// Makes the folder where it is not there. Errors: Error{kUsage} where it cannot be made.
void makeFolder(const std::filesystem::path& folder);

/// Writes a file whole or not at all. Errors: Error{kUsage} where the disk does not take it.
void writeWhole(const std::filesystem::path& file, const std::string& text);

}  // namespace reelquery
