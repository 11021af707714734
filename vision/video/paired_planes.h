#pragma once
// Pictures as cards lay them out, with chroma in pairs, as processors' decoders lay them out. Pure.

#include <array>
#include <cstddef>
#include <cstdint>

namespace reelquery {

/// Rows of a plane; rowBytes: from one to the next.
struct PlaneRows {
    std::uint8_t* data = nullptr;
    std::ptrdiff_t rowBytes = 0;
};

struct ConstPlaneRows {
    const std::uint8_t* data = nullptr;
    std::ptrdiff_t rowBytes = 0;
};

/// 4:2:0 with u and v of a place side by side: NV12, and P010, whose values are the upper bits of
/// 16-bit words of this machine's byte order.
struct PairedPicture {
    ConstPlaneRows luma, pairs;
    int width = 0, height = 0;  ///< of luma; half of it for chroma, rounded up
    int bits = 8;               ///< of a value: 8, or 9 to 16 in 16-bit words
};

/// Writes luma, u and v: values of 8 bits, or in the lower bits of 16-bit words. Any alignment.
void partPlanes(const PairedPicture& picture, const std::array<PlaneRows, 3>& planes);

}  // namespace reelquery
