#pragma once
// Where a user's own copy of what a card needs lies.

#include <filesystem>

#include "core/base/user_folder.h"

namespace reelquery {

/// The libtorch that the program is built with; its two halves must be of one version.
inline constexpr const char* kTorchVersion = "2.11.0";

/// The file in it that is there once all of it is.
inline constexpr const char* kGpuHalfComplete = "complete";

/// $XDG_DATA_HOME/reelquery/gpu/torch-VERSION (~/.local/share); empty where there is no home.
inline std::filesystem::path gpuHalfFolder() {
    const std::filesystem::path data = userFolder("XDG_DATA_HOME", ".local/share");
    if (data.empty()) return {};
    return data / "reelquery" / "gpu" / (std::string("torch-") + kTorchVersion);
}

}  // namespace reelquery
