#pragma once
// The pictures of a folder, as a person would lay them out.

#include <filesystem>
#include <string_view>
#include <vector>

namespace reelquery {

/// Whether a file's ending is that of a still picture, in either case.
bool isPictureName(const std::filesystem::path& file);

/// Natural order: runs of digits count as numbers ("2.png" before "10.png"), letters of ASCII
/// whatever their case; what is equal so far goes by its bytes. A strict weak order.
bool comesNaturallyBefore(std::string_view one, std::string_view other);

/// Regular files with a picture's ending that lie in the folder itself, hidden ones left out, in
/// natural order of their names. Empty for what is no folder that can be read. Thread: any.
std::vector<std::filesystem::path> picturesIn(const std::filesystem::path& folder);

}  // namespace reelquery
