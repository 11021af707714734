#include "kernels/cpu/workspace.h"

#include <cstdint>

namespace reelquery::kernels {

namespace {

constexpr std::size_t kLine = 64;

}  // namespace

void Workspace::reset() {
    if (pieces_.size() > 1) {
        const std::size_t total = bytes();
        pieces_.clear();
        addPiece(total);
    }
    for (Piece& piece : pieces_) piece.used = 0;
}

std::size_t Workspace::bytes() const {
    std::size_t total = 0;
    for (const Piece& piece : pieces_) total += piece.bytes;
    return total;
}

void Workspace::addPiece(std::size_t bytes) {
    pieces_.push_back({std::make_unique_for_overwrite<std::byte[]>(bytes), bytes, 0});
}

void* Workspace::takeBytes(std::size_t bytes) {
    const std::size_t needed = (bytes + kLine - 1) / kLine * kLine;
    if (pieces_.empty() || pieces_.back().bytes - pieces_.back().used < needed + kLine)
        addPiece(needed + kLine);
    Piece& piece = pieces_.back();
    const std::uintptr_t start = reinterpret_cast<std::uintptr_t>(piece.storage.get()) + piece.used;
    const std::size_t skip = (kLine - start % kLine) % kLine;
    void* const at = piece.storage.get() + piece.used + skip;
    piece.used += skip + needed;
    return at;
}

}  // namespace reelquery::kernels
