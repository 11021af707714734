#include "core/tokens/byte_alphabet.h"

#include <array>
#include <cstdint>

namespace reelquery {

namespace {

constexpr std::size_t kBytes = 256;
constexpr std::size_t kCodePoints = 256 + 68;

struct Alphabet {
    std::array<std::uint16_t, kBytes> codePointOf{};
    std::array<std::int16_t, kCodePoints> byteOf{};
};

constexpr bool standsForItself(unsigned byte) {
    return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
}

constexpr Alphabet makeAlphabet() {
    Alphabet alphabet;
    for (auto& byte : alphabet.byteOf) byte = -1;
    std::uint16_t next = 256;
    for (unsigned byte = 0; byte < kBytes; ++byte) {
        const auto own = static_cast<std::uint16_t>(byte);
        const std::uint16_t codePoint = standsForItself(byte) ? own : next++;
        alphabet.codePointOf[byte] = codePoint;
        alphabet.byteOf[codePoint] = static_cast<std::int16_t>(byte);
    }
    return alphabet;
}

constexpr Alphabet kAlphabet = makeAlphabet();

}  // namespace

std::optional<std::string> bytesFromAlphabet(std::string_view entry) {
    std::string bytes;
    for (std::size_t i = 0; i < entry.size();) {
        const auto lead = static_cast<unsigned char>(entry[i++]);
        unsigned codePoint = lead;
        if (lead >= 0x80) {
            // The alphabet ends at U+0143, so longer sequences cannot belong to it.
            if ((lead & 0xE0) != 0xC0 || i == entry.size()) return std::nullopt;
            const auto tail = static_cast<unsigned char>(entry[i++]);
            if ((tail & 0xC0) != 0x80) return std::nullopt;
            codePoint = (lead & 0x1Fu) << 6 | (tail & 0x3Fu);
        }
        if (codePoint >= kCodePoints || kAlphabet.byteOf[codePoint] < 0) return std::nullopt;
        bytes.push_back(static_cast<char>(kAlphabet.byteOf[codePoint]));
    }
    return bytes;
}

std::string alphabetFromBytes(std::string_view bytes) {
    std::string entry;
    for (const char c : bytes) {
        const unsigned codePoint = kAlphabet.codePointOf[static_cast<unsigned char>(c)];
        if (codePoint < 0x80) {
            entry.push_back(static_cast<char>(codePoint));
        } else {
            entry.push_back(static_cast<char>(0xC0 | codePoint >> 6));
            entry.push_back(static_cast<char>(0x80 | (codePoint & 0x3F)));
        }
    }
    return entry;
}

}  // namespace reelquery
