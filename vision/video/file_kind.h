#pragma once
// What a file is that cannot be opened as a video or picture here. No FFmpeg here.

#include <filesystem>
#include <optional>
#include <string>

namespace reelquery {

/// Why a file cannot be used, and what helps; each a part of a sentence as in Error.
struct FileVerdict {
    std::string what;  ///< after the file's name: "is a HEIC photo, ..."
    std::string hint;
};

/// Looks at the file's first bytes once something has failed. Empty for kinds that should have
/// worked: then the file is damaged.
std::optional<FileVerdict> unusableKind(const std::filesystem::path& path);

/// True for a JPEG that ends before its picture does.
bool isCutJpeg(const std::filesystem::path& path);

}  // namespace reelquery
