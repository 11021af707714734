#pragma once
// Where a user's own copy of what a card needs lies.

#include <filesystem>

#include "core/base/environment.h"

namespace reelquery {

/// The libtorch that the program is built with; its two halves must be of one version.
inline constexpr const char* kTorchVersion = "2.11.0";

/// The file in it that is there once all of it is.
inline constexpr const char* kGpuHalfComplete = "complete";

/// $XDG_DATA_HOME/reelquery/gpu/torch-VERSION (~/.local/share); empty where there is no home.
inline std::filesystem::path gpuHalfFolder() {
    std::filesystem::path data = environment("XDG_DATA_HOME");
    if (data.empty() && !environment("HOME").empty())
        data = std::filesystem::path(environment("HOME")) / ".local" / "share";
    if (data.empty()) return {};
    return data / "reelquery" / "gpu" / (std::string("torch-") + kTorchVersion);
}

}  // namespace reelquery
