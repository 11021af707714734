#include "core/base/content_id.h"

#include <cstdint>
#include <fstream>
#include <vector>

#include "core/base/fingerprint.h"

namespace reelquery {

std::string contentId(const std::filesystem::path& file, const CancelToken& cancel) {
    constexpr std::int64_t kPieces = 64;
    constexpr std::int64_t kPieceBytes = 16 << 10;
    std::ifstream in(file, std::ios::binary | std::ios::ate);
    const auto size = static_cast<std::int64_t>(in.tellg());
    if (!in || size < 0) return {};
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
    if (size <= kPieces * kPieceBytes) {
        addPiece(0, size);
    } else {
        for (std::int64_t i = 0; i < kPieces; ++i) {
            addPiece((size - kPieceBytes) / (kPieces - 1) * i, kPieceBytes);
        }
        addPiece(size - kPieceBytes, kPieceBytes);
    }
    return in ? print.hex() : std::string();
}

}  // namespace reelquery
