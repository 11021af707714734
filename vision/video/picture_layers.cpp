#include "vision/video/picture_layers.h"

#include <algorithm>
#include <array>

namespace reelquery {
namespace {

constexpr unsigned kWhite = 255;

/// x / 255, rounded, for x up to 255 * 255.
unsigned dividedBy255(unsigned x) {
    const unsigned half = x + 128;
    return ((half >> 8) + half) >> 8;
}

std::array<std::uint8_t, 256> stretchTable() {
    std::array<std::uint8_t, 256> table{};
    for (int value = 0; value < 256; ++value) {
        const int stretched = ((value - 16) * 255 + (value >= 16 ? 109 : -109)) / 219;
        table[static_cast<std::size_t>(value)] =
            static_cast<std::uint8_t>(std::clamp(stretched, 0, 255));
    }
    return table;
}

}  // namespace

void layOnWhite(const std::uint8_t* rgba, std::uint8_t* rgb, int width) {
    for (int x = 0; x < width; ++x, rgba += 4, rgb += 3) {
        const unsigned alpha = rgba[3];
        for (int c = 0; c < 3; ++c) {
            rgb[c] = static_cast<std::uint8_t>(
                dividedBy255(rgba[c] * alpha + kWhite * (kWhite - alpha)));
        }
    }
}

void stretchLimited(std::uint8_t* values, std::size_t count) {
    static const std::array<std::uint8_t, 256> table = stretchTable();
    for (std::size_t i = 0; i < count; ++i) values[i] = table[values[i]];
}

}  // namespace reelquery
