#pragma once

// Which codes a thread of the 8-bit decoding kernel takes, and where they lie in shared memory.
// Numbers only: host and device read the same rules. c = lane % 4, n = lane / 4 of a warp.

namespace reelquery::kernels::cuda {

/// Byte of 16-byte piece `piece` of row `row` of a tile of keys or values, permuted so that the
/// pieces that a warp reads at a time lie in different banks: of keys rows r and r + 1, four pieces
/// each; of values pieces n and n + 1 of every other row.
constexpr int int8PieceAt(int headDim, bool isValue, int row, int piece) {
    const int turn = isValue          ? (row >> 1 & 3) << (headDim == 128 ? 1 : 0)
                     : headDim == 128 ? (row & 1) << 2
                                      : 0;
    return row * headDim + (piece ^ turn) * 16;
}

/// Which value of a head stands at places (c, i, e) of fragment `product` of queries and keys:
/// register i (of keys i / 2), half e. A word of four codes is the product's: bytes 0 and 2 of it
/// one pair, 1 and 3 the other.
constexpr int int8QueryValue(int product, int c, int i, int e) {
    return product / 4 * 64 + c * 16 + product % 4 * 4 + i / 2 + 2 * e;
}

/// The four keys of a warp's 16 whose values a thread takes: 2c, 2c + 1, 2c + 8, 2c + 9.
constexpr int int8ValueKey(int c, int i) {
    return 2 * c + i / 2 * 8 + i % 2;
}

/// Which value of a head is column n of output tile t.
constexpr int int8OutputValue(int headDim, int t, int n) {
    return n * (headDim / 8) + t;
}

}  // namespace reelquery::kernels::cuda
