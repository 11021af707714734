#pragma once
// Scratch memory that is kept from call to call: fresh pages cost more than the packing they hold.

#include <cstddef>
#include <memory>
#include <vector>

namespace reelquery::kernels {

/// Hands out uninitialised memory that starts on a cache line and lives until the next reset().
/// Grows to what the largest call took. Confined to one caller at a time.
class Workspace {
  public:
    /// Takes everything back and joins what the last call needed into one piece.
    /// Throws std::bad_alloc.
    void reset();

    /// Room for `count` values of a trivial type. Throws std::bad_alloc.
    template <class T>
    T* take(std::size_t count) {
        return static_cast<T*>(takeBytes(count * sizeof(T)));
    }

    /// What is held now.
    std::size_t bytes() const;

  private:
    struct Piece {
        std::unique_ptr<std::byte[]> storage;
        std::size_t bytes = 0;
        std::size_t used = 0;
    };

    void* takeBytes(std::size_t bytes);
    void addPiece(std::size_t bytes);

    std::vector<Piece> pieces_;
};

}  // namespace reelquery::kernels
