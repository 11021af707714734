#include "core/base/content_id.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <vector>

#include "core/base/file_stamp.h"
#include "core/base/fingerprint.h"
#include "core/base/picture_folder.h"
#include "core/base/stamp_memo.h"

namespace reelquery {

namespace {

constexpr std::int64_t kEndBytes = 1 << 20;
constexpr std::int64_t kPieceBytes = 64 << 10;
constexpr std::int64_t kPieces = 62;

/// Empty where not all of it could be read.
std::string idOfContent(const std::filesystem::path& file, std::int64_t size,
                        const CancelToken& cancel) {
    std::ifstream in(file, std::ios::binary);
    Fingerprint print;
    print.add(size);
    std::vector<char> piece;
    const auto addPiece = [&](std::int64_t at, std::int64_t bytes) {
        throwIfCancelled(cancel);
        piece.resize(static_cast<std::size_t>(bytes));
        in.seekg(at);
        in.read(piece.data(), bytes);
        print.add(std::string_view(piece.data(), piece.size()));
    };
    if (size <= kWholeContentBytes) {
        for (std::int64_t at = 0; in && at < size; at += kEndBytes) {
            addPiece(at, std::min(kEndBytes, size - at));
        }
    } else {
        addPiece(0, kEndBytes);
        const std::int64_t between = size - 2 * kEndBytes - kPieceBytes;
        for (std::int64_t i = 0; in && i < kPieces; ++i) {
            addPiece(kEndBytes + between / (kPieces - 1) * i, kPieceBytes);
        }
        addPiece(size - kEndBytes, kEndBytes);
    }
    return in ? "2-" + print.hex() : std::string();
}

std::string idOfContent(const std::filesystem::path& file, const FileStamp& stamp,
                        const CancelToken& cancel) {
    static StampMemo memo;
    return memo.get(stamp, [&] { return idOfContent(file, stamp.bytes, cancel); });
}

/// Of a folder's pictures: names and sizes, and with `isExact` the stamps. Empty for none.
std::string idOfPictures(const std::filesystem::path& folder, bool isExact,
                         const CancelToken& cancel) {
    Fingerprint print;
    bool isEmpty = true;
    for (const std::filesystem::path& picture : picturesIn(folder)) {
        throwIfCancelled(cancel);
        const auto stamp = fileStamp(picture);
        if (!stamp) continue;
        isEmpty = false;
        print.add(picture.filename().string());
        print.add(stamp->bytes);
        if (isExact) addStamp(print, *stamp);
    }
    return isEmpty ? std::string() : (isExact ? "p-" : "2-") + print.hex();
}

}  // namespace

std::string contentId(const std::filesystem::path& file, const CancelToken& cancel) {
    const auto stamp = fileStamp(file);
    if (!stamp) return idOfPictures(file, false, cancel);
    return idOfContent(file, *stamp, cancel);
}

std::string exactContentId(const std::filesystem::path& file, const CancelToken& cancel) {
    const auto stamp = fileStamp(file);
    if (!stamp) return idOfPictures(file, true, cancel);
    std::string id = idOfContent(file, *stamp, cancel);
    if (id.empty() || stamp->bytes <= kWholeContentBytes) return id;
    Fingerprint print;
    addStamp(print, *stamp);
    return id + "." + print.hex();
}

}  // namespace reelquery
