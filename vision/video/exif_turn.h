#pragma once
// How a photo says it is to be turned, where FFmpeg does not tell. No FFmpeg here.

#include <filesystem>
#include <optional>

#include "vision/video/display_geometry.h"

namespace reelquery {

/// The turn that the EXIF block of a PNG or WebP file asks for; empty for other files and those
/// without one. Reads chunk headers and that block only.
std::optional<Orientation> exifTurn(const std::filesystem::path& path);

}  // namespace reelquery
