#pragma once
// Files that name others.

#include <filesystem>

namespace reelquery {

/// True for a list of other files, a manifest or a drawing, whatever its name is: the engine opens
/// none of what such a file names, and who lets strangers name files need not take it. Thread: any;
/// reads the file's beginning.
bool namesOthers(const std::filesystem::path& path);

}  // namespace reelquery
