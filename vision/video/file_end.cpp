#include "vision/video/file_end.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

namespace reelquery {
namespace {

using namespace std::string_view_literals;

/// Reads pieces of a file; what lies behind its end is not there.
class Pieces {
  public:
    explicit Pieces(const std::filesystem::path& path) : file_(path, std::ios::binary) {
        std::error_code unknown;
        const std::uintmax_t bytes = std::filesystem::file_size(path, unknown);
        bytes_ = unknown ? 0 : bytes;
    }

    std::uint64_t size() const { return bytes_; }

    std::string at(std::uint64_t place, std::size_t count) {
        std::string piece(count, '\0');
        file_.clear();
        file_.seekg(static_cast<std::streamoff>(place));
        file_.read(piece.data(), static_cast<std::streamsize>(count));
        piece.resize(static_cast<std::size_t>(std::max<std::streamsize>(file_.gcount(), 0)));
        return piece;
    }

    /// Big-endian; 0 behind the end.
    std::uint64_t number(std::uint64_t place, std::size_t count) {
        std::uint64_t value = 0;
        for (const unsigned char byte : at(place, count)) value = value << 8 | byte;
        return value;
    }

    std::uint64_t littleEndian32(std::uint64_t place) {
        std::uint64_t value = 0;
        const std::string bytes = at(place, 4);
        for (std::size_t i = bytes.size(); i-- > 0;) {
            value = value << 8 | static_cast<unsigned char>(bytes[i]);
        }
        return value;
    }

  private:
    std::ifstream file_;
    std::uint64_t bytes_ = 0;
};

bool runsOver(Pieces& file, std::uint64_t place, std::uint64_t length) {
    return place > file.size() || length > file.size() - place;
}

struct TopBoxes {
    bool hasMoov = false;  ///< whole
    /// The last one is not whole. Only those that hold pictures or their tables count: what follows
    /// the film may be cut.
    bool isCut = false;
};

TopBoxes topBoxes(Pieces& file) {
    TopBoxes boxes;
    for (std::uint64_t place = 0; place + 8 <= file.size();) {
        std::uint64_t length = file.number(place, 4);
        const std::string kind = file.at(place + 4, 4);
        if (length == 1) length = file.number(place + 8, 8);
        if (length < 8) break;  // 0: to the end of the file
        if (runsOver(file, place, length)) {
            boxes.isCut = kind == "mdat" || kind == "moof" || kind == "moov";
            break;
        }
        boxes.hasMoov = boxes.hasMoov || kind == "moov";
        place += length;
    }
    return boxes;
}

/// A number of EBML: as many bytes as the first one's leading zeros say. Returns its length.
std::uint64_t ebmlNumber(Pieces& file, std::uint64_t place, std::uint64_t& value, bool& isUnknown) {
    const std::uint64_t first = file.number(place, 1);
    std::uint64_t length = 1;
    while (length <= 8 && !(first & (0x80U >> (length - 1)))) ++length;
    if (length > 8) return 0;
    const std::uint64_t mask = (std::uint64_t{1} << (7 * length)) - 1;
    value = file.number(place, length) & mask;
    isUnknown = value == mask;
    return length;
}

bool endsInsideSegment(Pieces& file) {
    constexpr std::uint64_t kSegment = 0x18538067;
    std::uint64_t header = 0, segment = 0;
    bool isUnknown = false;
    const std::uint64_t headerLength = ebmlNumber(file, 4, header, isUnknown);
    if (headerLength == 0 || isUnknown) return false;
    const std::uint64_t place = 4 + headerLength + header;
    if (file.number(place, 4) != kSegment) return false;
    const std::uint64_t length = ebmlNumber(file, place + 4, segment, isUnknown);
    return length > 0 && !isUnknown && runsOver(file, place + 4 + length, segment);
}

/// Large files hold several RIFF chunks, each with a list of pictures.
bool endsInsideMovi(Pieces& file) {
    for (std::uint64_t riff = 0; file.at(riff, 4) == "RIFF";) {
        const std::uint64_t end = riff + 8 + file.littleEndian32(riff + 4);
        for (std::uint64_t place = riff + 12; place + 12 <= std::min(end, file.size());) {
            const std::uint64_t length = file.littleEndian32(place + 4);
            const bool isMovi = file.at(place, 4) == "LIST" && file.at(place + 8, 4) == "movi";
            if (isMovi && runsOver(file, place + 8, length)) return true;
            place += 8 + length + length % 2;
        }
        if (end <= riff + 8) return false;
        riff = end;
    }
    return false;
}

/// The header says how long the file is; 0 while it is recorded.
bool isShorterThanItSays(Pieces& file) {
    constexpr auto kFileProperties = "\xa1\xdc\xab\x8c\x47\xa9\xcf\x11"sv;
    constexpr std::uint64_t kHeaderBytes = 30, kObjectBytes = 24, kBeforeSize = 40;
    constexpr int kMostObjects = 64;
    std::uint64_t place = kHeaderBytes;
    for (int i = 0; i < kMostObjects && place + kObjectBytes <= file.size(); ++i) {
        if (file.at(place, kFileProperties.size()) == kFileProperties) {
            return file.littleEndian32(place + kBeforeSize + 4) == 0 &&
                   file.littleEndian32(place + kBeforeSize) > file.size();
        }
        const std::uint64_t length = file.littleEndian32(place + 16);
        if (length < kObjectBytes) return false;
        place += length;
    }
    return false;
}

bool lacksFooter(Pieces& file) {
    constexpr std::uint64_t kKeyBytes = 16, kBeforeFooter = 2 + 2 + 4 + 8 + 8;
    const std::uint64_t first = file.number(kKeyBytes, 1);
    const std::uint64_t lengthBytes = 1 + (first >= 0x80 ? first & 0x7f : 0);
    return file.number(kKeyBytes + lengthBytes + kBeforeFooter, 8) >= file.size();
}

bool lacksLastPage(Pieces& file) {
    constexpr std::uint64_t kMostPageBytes = 65536;
    constexpr std::size_t kFlags = 5;
    constexpr unsigned kLast = 4;
    const std::uint64_t begin = file.size() - std::min(file.size(), kMostPageBytes);
    const std::string tail = file.at(begin, kMostPageBytes);
    const std::size_t page = tail.rfind("OggS");
    return page == std::string::npos || page + kFlags >= tail.size() ||
           !(static_cast<unsigned char>(tail[page + kFlags]) & kLast);
}

/// Packets of 188 bytes, or with four more in front (Blu-ray) or sixteen behind.
bool endsInsidePacket(Pieces& file) {
    constexpr std::array<std::array<std::uint64_t, 2>, 3> kForms = {{{188, 0}, {192, 4}, {204, 0}}};
    constexpr int kLooks = 4;
    for (const auto& [packet, offset] : kForms) {
        int synced = 0;
        for (int i = 0; i < kLooks; ++i) {
            synced += file.at(offset + static_cast<std::uint64_t>(i) * packet, 1) == "G";
        }
        if (synced == kLooks) return file.size() % packet != 0;
    }
    return false;
}

}  // namespace

bool isEndMissing(const std::filesystem::path& path) {
    Pieces file(path);
    const std::string head = file.at(0, 12);
    if (head.size() < 12) return false;
    if (head.starts_with("\x1a\x45\xdf\xa3"sv)) return endsInsideSegment(file);
    if (head.starts_with("RIFF") && head.ends_with("AVI ")) return endsInsideMovi(file);
    if (head.starts_with("\x06\x0e\x2b\x34"sv)) return lacksFooter(file);
    if (head.starts_with("\x30\x26\xb2\x75\x8e\x66\xcf\x11"sv)) return isShorterThanItSays(file);
    if (head.starts_with("OggS")) return lacksLastPage(file);
    const std::string kind = head.substr(4, 4);
    for (const std::string_view box :
         {"ftyp"sv, "moov"sv, "mdat"sv, "wide"sv, "free"sv, "skip"sv}) {
        if (kind == box) return topBoxes(file).isCut;
    }
    return endsInsidePacket(file);
}

bool hasWholeMoov(const std::filesystem::path& path) {
    Pieces file(path);
    return topBoxes(file).hasMoov;
}

}  // namespace reelquery
