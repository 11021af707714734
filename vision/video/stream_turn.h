#pragma once
// Turns that are told inside the video stream. No FFmpeg here.

#include <cstddef>
#include <cstdint>
#include <span>

namespace reelquery {

/// True when an H.264 or HEVC packet carries a display orientation message (SEI 47).
/// lengthBytes: of the lengths before its units (mp4, Matroska); 0 where start codes part them.
bool tellsTurn(std::span<const std::uint8_t> packet, bool isHevc, std::size_t lengthBytes);

}  // namespace reelquery
