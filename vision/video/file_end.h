#pragma once
// Whether a file's own structure says that more should follow. No FFmpeg here.

#include <filesystem>

namespace reelquery {

/// True when the last thing that the file begins is not whole: a box of mp4, the segment of
/// Matroska, the pictures of AVI, the footer of MXF, an ASF file of the size it names, the last
/// page of Ogg, a packet of a transport stream. False for containers that do not tell. Reads heads
/// and the last 64 KiB only. Source: ISO/IEC 14496-12 4.2, RFC 8794, the AVI RIFF reference, SMPTE
/// ST 377-1 7.1, RFC 3533, ISO/IEC 13818-1 2.4.3.
bool isEndMissing(const std::filesystem::path& path);

/// True where an mp4 or mov file has its index, whatever is in it.
bool hasWholeMoov(const std::filesystem::path& path);

}  // namespace reelquery
