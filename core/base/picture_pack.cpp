#include "core/base/picture_pack.h"

#include <unistd.h>

#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <system_error>

namespace reelquery {

namespace {

constexpr std::string_view kPackMagic("reelquery pack 1", 16);

/// Before each picture's bytes, as this machine writes numbers: no pack leaves it.
struct PackRecord {
    double timeS = 0;
    std::int64_t isAlone = 0;
    std::int64_t bytes = 0;
};

template <class Value>
bool readValue(std::ifstream& in, Value& value) {
    return static_cast<bool>(in.read(reinterpret_cast<char*>(&value), sizeof value));
}

}  // namespace

PicturePackWriter::PicturePackWriter(int descriptor, double fps) : descriptor_(descriptor) {
    write(kPackMagic.data(), kPackMagic.size());
    write(&fps, sizeof fps);
}

void PicturePackWriter::add(double timeS, bool isAlone, std::string_view picture) {
    const PackRecord record{timeS, isAlone ? 1 : 0, static_cast<std::int64_t>(picture.size())};
    write(&record, sizeof record);
    write(picture.data(), picture.size());
}

void PicturePackWriter::write(const void* bytes, std::size_t count) {
    const char* from = static_cast<const char*>(bytes);
    while (isWhole_ && count > 0) {
        const ssize_t done = ::write(descriptor_, from, count);
        isWhole_ = done > 0;
        if (!isWhole_) return;
        from += done;
        count -= static_cast<std::size_t>(done);
    }
}

bool writeWordsPack(const std::filesystem::path& file) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    constexpr double kNoRate = 0;
    out.write(kPackMagic.data(), kPackMagic.size());
    out.write(reinterpret_cast<const char*>(&kNoRate), sizeof kNoRate);
    out.close();
    return static_cast<bool>(out);
}

std::optional<PicturePack> readPicturePack(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::array<char, kPackMagic.size()> magic = {};
    if (!in.read(magic.data(), magic.size())) return std::nullopt;
    if (std::string_view(magic.data(), magic.size()) != kPackMagic) return std::nullopt;
    std::error_code failed;
    const auto size = static_cast<std::int64_t>(std::filesystem::file_size(file, failed));
    PicturePack pack;
    if (failed || !readValue(in, pack.fps) || !(pack.fps >= 0 && pack.fps <= 1e6)) {
        return std::nullopt;
    }
    std::int64_t at = kPackMagic.size() + sizeof(double);
    while (at < size) {
        PackRecord record;
        if (pack.pictures.size() >= kMostPackedPictures || !readValue(in, record)) {
            return std::nullopt;
        }
        at += static_cast<std::int64_t>(sizeof record);
        const bool isPossible = record.timeS >= 0 && record.timeS <= 1e9 && record.bytes > 0 &&
                                record.bytes <= size - at;
        if (!isPossible) return std::nullopt;
        pack.pictures.push_back({record.timeS, record.isAlone != 0, at, record.bytes});
        at += record.bytes;
        in.seekg(at);
    }
    return pack;
}

}  // namespace reelquery
