#pragma once
// Whether a file is there, where a name may be anything that a stranger's file says.

#include <filesystem>
#include <system_error>

namespace reelquery {

/// False also where the system refuses to look: a name that is too long, a folder that must not be
/// entered. std::filesystem::exists throws there. Thread: any.
inline bool fileExists(const std::filesystem::path& path) noexcept {
    std::error_code refused;
    return std::filesystem::exists(path, refused) && !refused;
}

}  // namespace reelquery
