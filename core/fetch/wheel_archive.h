#pragma once
// Takes libraries out of a wheel, which is a ZIP archive.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "core/base/cancel.h"

namespace reelquery {

/// Writes the members of `wheel` that `isWanted` names below `folder`, each whole or not at all,
/// and returns how many there were. Members with odd names (absolute, with "..") are refused. Only
/// what wheels use: stored or deflated, up to 4 GiB. Errors: kModel for a damaged archive, kMemory
/// where the disk is full, kCancelled per MiB.
int unpackWheel(const std::filesystem::path& wheel, const std::filesystem::path& folder,
                const std::function<bool(const std::string& member)>& isWanted,
                const CancelToken& cancel);

}  // namespace reelquery
