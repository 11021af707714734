#pragma once
// Small corrections to rows of 8-bit pixels. No FFmpeg, no torch.

#include <cstddef>
#include <cstdint>

namespace reelquery {

/// One row of R, G, B, A (not premultiplied) laid on white, as Pillow pastes a picture by its own
/// alpha onto a white one, which is what the models' own loader does.
void layOnWhite(const std::uint8_t* rgba, std::uint8_t* rgb, int width);

/// Stretches code values 16..235 to 0..255, in place.
void stretchLimited(std::uint8_t* values, std::size_t count);

}  // namespace reelquery
