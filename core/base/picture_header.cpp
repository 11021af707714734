#include "core/base/picture_header.h"

#include <fstream>

namespace reelquery {

namespace {

constexpr int kMostSegments = 4096;  // of a JPEG before its size; real ones have a dozen

std::int64_t pictureNumber(std::string_view bytes, std::size_t at, std::size_t count,
                           bool isBigEndian) {
    std::int64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t place = isBigEndian ? at + i : at + count - 1 - i;
        value = value << 8 | static_cast<unsigned char>(bytes[place]);
    }
    return value;
}

std::optional<PictureHeader> sized(PictureKind kind, std::int64_t width, std::int64_t height) {
    if (width < 1 || height < 1) return std::nullopt;
    return PictureHeader{kind, width, height};
}

/// Goes from segment to segment up to the one that opens the frame (SOF).
std::optional<PictureHeader> jpegHeader(const PictureBytes& bytes) {
    std::int64_t at = 2;
    for (int segment = 0; segment < kMostSegments; ++segment) {
        const std::string head = bytes(at, 9);
        if (head.size() < 4 || head[0] != '\xff') return std::nullopt;
        const auto marker = static_cast<unsigned char>(head[1]);
        if (marker == 0xff) {  // a byte that fills up
            ++at;
            continue;
        }
        const bool isTable = marker == 0xc4 || marker == 0xc8 || marker == 0xcc;
        if (marker >= 0xc0 && marker <= 0xcf && !isTable) {
            if (head.size() < 9) return std::nullopt;
            return sized(PictureKind::kJpeg, pictureNumber(head, 7, 2, true),
                         pictureNumber(head, 5, 2, true));
        }
        if (marker == 0xd9 || marker == 0xda) return std::nullopt;  // data before any size
        at += 2 + pictureNumber(head, 2, 2, true);
    }
    return std::nullopt;
}

std::optional<PictureHeader> webpHeader(std::string_view head) {
    if (head.size() < 30) return std::nullopt;
    const std::string_view chunk = head.substr(12, 4);
    if (chunk == "VP8X") {
        return sized(PictureKind::kWebp, pictureNumber(head, 24, 3, false) + 1,
                     pictureNumber(head, 27, 3, false) + 1);
    }
    if (chunk == "VP8 ") {
        return sized(PictureKind::kWebp, pictureNumber(head, 26, 2, false) & 0x3fff,
                     pictureNumber(head, 28, 2, false) & 0x3fff);
    }
    if (chunk != "VP8L") return std::nullopt;
    const std::int64_t bits = pictureNumber(head, 21, 4, false);
    return sized(PictureKind::kWebp, (bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
}

}  // namespace

std::optional<PictureHeader> readPictureHeader(const PictureBytes& bytes) {
    const std::string head = bytes(0, 30);
    const std::string_view view(head);
    if (view.starts_with("\xff\xd8\xff")) return jpegHeader(bytes);
    if (view.starts_with("\x89PNG\r\n\x1a\n") && view.size() >= 24 &&
        view.substr(12, 4) == "IHDR") {
        return sized(PictureKind::kPng, pictureNumber(view, 16, 4, true),
                     pictureNumber(view, 20, 4, true));
    }
    if (view.starts_with("RIFF") && view.size() >= 12 && view.substr(8, 4) == "WEBP") {
        return webpHeader(view);
    }
    return std::nullopt;
}

std::optional<PictureHeader> readPictureHeader(std::string_view picture) {
    return readPictureHeader([picture](std::int64_t at, std::size_t most) {
        const auto from = static_cast<std::size_t>(at);
        return from < picture.size() ? std::string(picture.substr(from, most)) : std::string();
    });
}

std::optional<PictureHeader> readPictureHeader(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return std::nullopt;
    return readPictureHeader([&in](std::int64_t at, std::size_t most) {
        std::string bytes(most, '\0');
        in.clear();
        in.seekg(at);
        in.read(bytes.data(), static_cast<std::streamsize>(most));
        bytes.resize(static_cast<std::size_t>(in.gcount()));
        return bytes;
    });
}

}  // namespace reelquery
