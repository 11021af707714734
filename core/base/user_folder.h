#pragma once
// Where a user's programs keep their files (XDG Base Directory Specification).

#include <filesystem>

#include "core/base/environment.h"

namespace reelquery {

/// The folder that the variable names (XDG_CACHE_HOME), else `belowHome` (".cache") of the home
/// folder; empty where there is neither. Thread: any.
inline std::filesystem::path userFolder(const char* variable, const char* belowHome) {
    if (const std::string folder = environment(variable); !folder.empty()) return folder;
    const std::string home = environment("HOME");
    return home.empty() ? std::filesystem::path() : std::filesystem::path(home) / belowHome;
}

}  // namespace reelquery
