#pragma once
// What can be said about a file before FFmpeg sees it. No FFmpeg here.

#include <filesystem>
#include <string>

namespace reelquery {

/// The file's name for a message: no folder, no control characters, so it stays on one line.
std::string shownName(const std::filesystem::path& path);

/// Refuses what cannot be a video: nothing there, folders, devices and pipes (reading them could
/// hang), no permission, no bytes.
/// Errors: kVideo.
void checkReadableFile(const std::filesystem::path& path);

/// True when the file starts like an mp4 or mov file.
bool looksLikeMp4(const std::filesystem::path& path);

}  // namespace reelquery
