#include "vision/video/exif_turn.h"

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

namespace reelquery {
namespace {

constexpr std::size_t kLongestBlock = 1 << 20;
constexpr int kOrientationTag = 0x0112;

std::uint32_t number(std::string_view bytes, std::size_t at, int count, bool isBigEndian) {
    std::uint32_t value = 0;
    for (int i = 0; i < count; ++i) {
        const std::size_t place = at + static_cast<std::size_t>(isBigEndian ? i : count - 1 - i);
        value = value << 8 | static_cast<unsigned char>(bytes[place]);
    }
    return value;
}

/// EXIF's eight orientations: how stored rows and columns lie in the upright picture.
std::optional<Orientation> orientationOfTag(std::uint32_t value) {
    switch (value) {
        case 1:
            return Orientation{};
        case 2:
            return Orientation{false, true, false};
        case 3:
            return Orientation{false, true, true};
        case 4:
            return Orientation{false, false, true};
        case 5:
            return Orientation{true, false, false};
        case 6:
            return Orientation{true, true, false};
        case 7:
            return Orientation{true, true, true};
        case 8:
            return Orientation{true, false, true};
        default:
            return std::nullopt;
    }
}

/// A TIFF header and its first directory.
std::optional<Orientation> turnInBlock(std::string_view block) {
    if (block.starts_with(std::string_view("Exif\0\0", 6))) block.remove_prefix(6);
    if (block.size() < 8 || (!block.starts_with("II") && !block.starts_with("MM"))) return {};
    const bool isBig = block[0] == 'M';
    const std::size_t directory = number(block, 4, 4, isBig);
    if (directory + 2 > block.size()) return {};
    const std::uint32_t entries = number(block, directory, 2, isBig);
    for (std::uint32_t i = 0; i < entries; ++i) {
        const std::size_t entry = directory + 2 + std::size_t{12} * i;
        if (entry + 12 > block.size()) return {};
        if (number(block, entry, 2, isBig) != kOrientationTag) continue;
        return orientationOfTag(number(block, entry + 8, 2, isBig));
    }
    return {};
}

/// Goes from chunk to chunk. sizeFirst: PNG puts a chunk's length before its name, WebP behind.
std::optional<Orientation> turnInChunks(std::ifstream& file, bool isPng) {
    for (std::string head(8, '\0'); file.read(head.data(), 8);) {
        const std::uint32_t bytes = number(head, isPng ? 0 : 4, 4, isPng);
        const std::string_view name = std::string_view(head).substr(isPng ? 4 : 0, 4);
        if (name == (isPng ? "eXIf" : "EXIF") && bytes <= kLongestBlock) {
            std::string block(bytes, '\0');
            if (!file.read(block.data(), bytes)) return {};
            return turnInBlock(block);
        }
        const std::uint32_t behind = isPng ? 4 : bytes % 2;  // a checksum, or padding to even
        file.seekg(static_cast<std::streamoff>(bytes) + behind, std::ios::cur);
    }
    return {};
}

}  // namespace

std::optional<Orientation> exifTurn(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string head(8, '\0');
    if (!file.read(head.data(), 8)) return {};
    if (head == "\x89PNG\r\n\x1a\n") return turnInChunks(file, true);
    if (!head.starts_with("RIFF")) return {};
    std::string kind(4, '\0');
    if (!file.read(kind.data(), 4) || kind != "WEBP") return {};
    return turnInChunks(file, false);
}

}  // namespace reelquery
