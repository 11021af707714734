#include "core/weights/weights_id.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/content_id.h"
#include "core/base/error.h"
#include "core/base/file_stamp.h"
#include "core/base/fingerprint.h"
#include "core/base/stamp_memo.h"

namespace reelquery {

namespace {

constexpr std::uint64_t kWholeTensorBytes = 64 << 10;
constexpr std::uint64_t kPieceBytes = 4 << 10;
constexpr std::uint64_t kPieces = 8;

void addTensor(Fingerprint& print, std::span<const std::byte> bytes) {
    if (bytes.size() <= kWholeTensorBytes) {
        print.add(bytes);
        return;
    }
    for (std::uint64_t piece = 0; piece < kPieces; ++piece) {
        const std::uint64_t at = (bytes.size() - kPieceBytes) * piece / (kPieces - 1);
        print.add(bytes.subspan(at, kPieceBytes));
    }
}

}  // namespace

std::string tensorsId(const TensorFile& file, const CancelToken& cancel) {
    Fingerprint print;
    for (const auto& [name, tensor] : file.tensors()) {
        throwIfCancelled(cancel);
        print.add(name);
        print.add(tensor.dtype);
        print.add(tensor.shape.size());
        for (const std::int64_t size : tensor.shape) print.add(size);
        print.add(tensor.offset);
        addTensor(print, {file.mapping().data() + tensor.offset, tensor.bytes});
    }
    return print.hex();
}

std::string weightsId(const std::filesystem::path& file, const CancelToken& cancel) {
    const auto stamp = fileStamp(file);
    if (!stamp || stamp->bytes <= kWholeContentBytes) return exactContentId(file, cancel);
    static StampMemo memo;
    try {
        return memo.get(*stamp, [&] {
            Fingerprint print;
            print.add(tensorsId(*TensorFile::open(file), cancel));
            addStamp(print, *stamp);
            return print.hex();
        });
    } catch (const Error& error) {
        if (error.code() == ErrorCode::kCancelled) throw;
        return exactContentId(file, cancel);
    }
}

}  // namespace reelquery
