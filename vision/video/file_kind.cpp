#include "vision/video/file_kind.h"

#include <array>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string_view>

namespace reelquery {
namespace {

constexpr std::size_t kHeadBytes = 64;
constexpr std::uint64_t kMostPixels = std::uint64_t{1} << 28;  // FFmpeg's limit, about

std::string headOf(const std::filesystem::path& path) {
    std::string head(kHeadBytes, '\0');
    std::ifstream file(path, std::ios::binary);
    file.read(head.data(), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<std::size_t>(file.gcount()));
    return head;
}

std::uint32_t bigEndian(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    }
    return value;
}

/// The first box of an ISO file names what it holds: a main brand and those it is like.
bool isHeic(std::string_view head) {
    if (head.size() < 16 || head.substr(4, 4) != "ftyp") return false;
    constexpr std::array<std::string_view, 8> kBrands = {"heic", "heix", "heim", "heis",
                                                         "hevc", "hevx", "mif1", "msf1"};
    const std::string_view main = head.substr(8, 4);
    for (const std::string_view brand : kBrands) {
        if (main == brand) return true;
    }
    return false;
}

bool isMovingWebp(std::string_view head) {
    constexpr std::size_t kFlags = 20;
    constexpr unsigned kAnimation = 2;
    return head.size() > kFlags && head.starts_with("RIFF") && head.substr(8, 8) == "WEBPVP8X" &&
           (static_cast<unsigned char>(head[kFlags]) & kAnimation) != 0;
}

}  // namespace

std::optional<FileVerdict> unusableKind(const std::filesystem::path& path) {
    const std::string head = headOf(path);
    if (isHeic(head)) {
        return FileVerdict{"is a HEIC photo, which cannot be read here",
                           "convert it to JPEG or PNG first"};
    }
    if (isMovingWebp(head)) {
        return FileVerdict{"is an animated WebP picture, which cannot be read here",
                           "convert it to MP4 or GIF first"};
    }
    if (head.starts_with(std::string_view("\0\0\1\0", 4))) {
        return FileVerdict{"is an icon (ICO), which cannot be read here",
                           "convert it to PNG first"};
    }
    if (head.starts_with("\x89PNG") && head.size() >= 24) {
        const std::uint64_t width = bigEndian(head, 16), height = bigEndian(head, 20);
        if (width * height >= kMostPixels) {
            return FileVerdict{"has " + std::to_string(width) + "x" + std::to_string(height) +
                                   " pixels, more than can be decoded",
                               "scale it down first"};
        }
    }
    return std::nullopt;
}

bool isCutJpeg(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    if (!bytes.starts_with("\xff\xd8")) return false;
    // Segments up to the picture's data say how long they are; a thumbnail lies inside one.
    std::size_t place = 2;
    while (place + 4 <= bytes.size() && bytes[place] == '\xff') {
        const bool isData = bytes[place + 1] == '\xda';
        const std::size_t length = static_cast<unsigned char>(bytes[place + 2]) * std::size_t{256} +
                                   static_cast<unsigned char>(bytes[place + 3]);
        place += 2 + length;
        if (isData) return bytes.find("\xff\xd9", place) == std::string::npos;
    }
    return true;
}

}  // namespace reelquery
