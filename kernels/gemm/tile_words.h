#pragma once
// The words of a tiled matrix made from a source, one at a time; the same on host and device.

#include <cstdint>

#include "kernels/gemm/source_matrix.h"
#include "kernels/gemm/tiled_matrix.h"

namespace reelquery::kernels {

/// Whether the values of a sub-block are dealt out by halves, see placeOf().
constexpr bool isByHalves(TileScales scales) {
    return scales == TileScales::kBlocks16;
}

/// Code of row n, value k; zero behind the matrix.
constexpr unsigned tileCode(const SourceMatrix& s, std::int64_t n, std::int64_t k) {
    return n < s.outputs && k < s.inputs ? sourceCode(s, n, k) : 0;
}

/// Word `word` of a lane's code words for row n and step `step`.
constexpr std::uint32_t makeCodeWord(const SourceMatrix& s, const TiledShape& shape, std::int64_t n,
                                     std::int64_t step, int column, int word) {
    const bool isBytes = isByteCode(shape.codes), byHalves = isByHalves(shape.scales);
    const std::int64_t first =
        step * kStepValues + (isBytes ? word / 2 : word) * std::int64_t{kSubValues};
    std::uint32_t bits = 0;
    for (int i = 0; i < (isBytes ? 4 : 8); ++i) {
        const int index = isBytes ? word % 2 * 4 + i : i;
        const unsigned code = tileCode(s, n, first + valueOf(column, index, byHalves));
        bits |= isBytes ? code << byteShift(i) : (code & 15u) << nibbleShift(i);
    }
    return bits;
}

/// Word `word` of a lane's upper bits for row n and step `step`.
constexpr std::uint32_t makeHighWord(const SourceMatrix& s, const TiledShape& shape, std::int64_t n,
                                     std::int64_t step, int column, int word) {
    std::uint32_t bits = 0;
    for (int sub = 0; sub < kSubBlocks; ++sub)
        for (int i = 0; i < 8; ++i) {
            if (highWord(shape.codes, sub) != word) continue;
            const std::int64_t k = step * kStepValues + sub * kSubValues +
                                   valueOf(column, i, isByHalves(shape.scales));
            bits |= (tileCode(s, n, k) >> 4) << highShift(shape.codes, sub, i);
        }
    return bits;
}

/// Bits of a 16-bit number that need not lie on 2 bytes.
constexpr std::uint32_t twoBytes(const std::uint8_t* from) {
    return static_cast<std::uint32_t>(from[0]) | static_cast<std::uint32_t>(from[1]) << 8;
}

/// float16 (d, m) of a block of Q4_1 or Q5_1, d in the lower half; Q4_0, Q5_0, Q8_0: d alone.
constexpr std::uint32_t blockScale(SourceFormat format, const std::uint8_t* block) {
    const bool hasMin = format == SourceFormat::kQ4_1 || format == SourceFormat::kQ5_1;
    return twoBytes(block) | (hasMin ? twoBytes(block + 2) << 16 : 0);
}

}  // namespace reelquery::kernels
