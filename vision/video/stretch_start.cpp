#include "vision/video/stretch_start.h"

#include <algorithm>
#include <fstream>
#include <string>

namespace reelquery {
namespace {

constexpr std::int64_t kLookBack = 64 << 10;
constexpr char kSync = 0x47;

/// A transport packet that begins the program table (PID 0).
bool isProgramTable(const std::string& bytes, std::size_t at) {
    return bytes[at] == kSync && (bytes[at + 1] & 0x1f) == 0 && bytes[at + 2] == 0;
}

}  // namespace

std::int64_t stretchStart(const std::filesystem::path& path, std::int64_t position) {
    if (position <= 0) return std::max<std::int64_t>(position, 0);
    const std::int64_t from = std::max<std::int64_t>(0, position - kLookBack);
    std::string bytes(static_cast<std::size_t>(position - from) + 4, '\0');
    std::ifstream file(path, std::ios::binary);
    file.seekg(from);
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    const auto end = static_cast<std::size_t>(position - from);
    if (bytes[end] == kSync) {
        for (const std::size_t stride : {std::size_t{188}, std::size_t{192}}) {
            for (std::size_t back = stride; back <= end; back += stride) {
                if (bytes[end - back] != kSync) break;
                if (isProgramTable(bytes, end - back)) {
                    return position - static_cast<std::int64_t>(back);
                }
            }
        }
        return position;
    }
    const std::size_t pack = bytes.rfind(std::string("\0\0\1\xba", 4), end);
    return pack == std::string::npos ? position : from + static_cast<std::int64_t>(pack);
}

}  // namespace reelquery
