#include "core/base/picture_pack.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <system_error>
#include <utility>

namespace reelquery {

namespace {

constexpr std::string_view kPackMagic("reelquery pack 2", 16);

constexpr std::int64_t kMostWordBytes = 1 << 20;

/// Before each picture's words and bytes, as this machine writes numbers: no pack leaves it.
struct PackRecord {
    double timeS = 0;
    std::int64_t isAlone = 0;
    std::int64_t bytes = 0;
    std::int64_t wordBytes = 0;
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

void PicturePackWriter::add(double timeS, bool isAlone, std::string_view picture,
                            std::string_view wordsBefore) {
    const PackRecord record{timeS, isAlone ? 1 : 0, static_cast<std::int64_t>(picture.size()),
                            static_cast<std::int64_t>(wordsBefore.size())};
    write(&record, sizeof record);
    write(wordsBefore.data(), wordsBefore.size());
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
                                record.bytes <= size - at && record.wordBytes >= 0 &&
                                record.wordBytes <= std::min(kMostWordBytes, size - at);
        if (!isPossible) return std::nullopt;
        std::string words(static_cast<std::size_t>(record.wordBytes), '\0');
        if (!in.read(words.data(), record.wordBytes)) return std::nullopt;
        at += record.wordBytes;
        if (record.bytes > size - at) return std::nullopt;
        pack.pictures.push_back(
            {record.timeS, record.isAlone != 0, std::move(words), at, record.bytes});
        at += record.bytes;
        in.seekg(at);
    }
    return pack;
}

}  // namespace reelquery
