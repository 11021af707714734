#pragma once
// Files that name others: lists of videos, manifests, drawings. No FFmpeg here.

#include <filesystem>
#include <optional>
#include <string_view>

#include "vision/video/file_kind.h"

namespace reelquery {

/// Whether a format of FFmpeg's, by its name, makes it open others than the file it was given.
bool opensOtherFiles(std::string_view format);

/// Set where a file is no video itself but names others or addresses: a playlist, a manifest, a
/// script, a drawing. Judges by its first bytes, whatever its name is; what cannot be read names
/// none. Nothing that is named is opened. Thread: any; reads the file.
std::optional<FileVerdict> namesOtherFiles(const std::filesystem::path& path);

}  // namespace reelquery
