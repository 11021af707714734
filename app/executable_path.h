#pragma once
// Where this program lies, to find what is shipped beside it.

#include <filesystem>
#include <system_error>

namespace reelquery {

/// The running program's file, links resolved; `argv0` where the system does not tell.
inline std::filesystem::path executablePath(const char* argv0) {
    std::error_code failed;
    std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", failed);
    return failed ? std::filesystem::path(argv0) : self;
}

}  // namespace reelquery
