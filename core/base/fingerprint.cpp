#include "core/base/fingerprint.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstring>

namespace reelquery {

namespace {

// Odd multipliers, so that every step is a bijection of its lane: a single changed word always
// changes the result.
constexpr std::array<std::uint64_t, 2> kMultipliers = {0x9E3779B97F4A7C15U, 0xD1342543DE82EF95U};

void fold(std::array<std::uint64_t, 2>& lanes, std::uint64_t word) {
    lanes[0] = std::rotl((lanes[0] ^ word) * kMultipliers[0], 29);
    lanes[1] = std::rotl((lanes[1] + word) * kMultipliers[1], 37);
}

std::uint64_t avalanche(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31);
}

}  // namespace

void Fingerprint::add(std::span<const std::byte> bytes) {
    for (std::size_t at = 0; at < bytes.size(); at += sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + at, std::min(sizeof word, bytes.size() - at));
        fold(lanes_, word);
    }
    fold(lanes_, bytes.size());
}

std::string Fingerprint::hex() const {
    char text[33];
    std::snprintf(text, sizeof text, "%016llx%016llx",
                  static_cast<unsigned long long>(avalanche(lanes_[0])),
                  static_cast<unsigned long long>(avalanche(lanes_[1])));
    return text;
}

}  // namespace reelquery
