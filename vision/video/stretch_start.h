#pragma once
// Where a stretch of a broadcast file can be read on its own. No FFmpeg here.

#include <cstdint>
#include <filesystem>

namespace reelquery {

/// The byte from which a reader that starts there finds the packet at `position`: the program table
/// (transport streams) or pack header (program streams) that precedes it within 64 KiB; `position`
/// itself where there is none.
std::int64_t stretchStart(const std::filesystem::path& path, std::int64_t position);

}  // namespace reelquery
