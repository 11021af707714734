#pragma once
// A packed matrix as it comes from a file, rows one behind the other, and how one number of it is
// read. The same functions run on host and device.
// Symbols: N outputs (rows), K inputs, G groups along K.

#include <cstdint>

#include "kernels/gemm/tiled_matrix.h"

namespace reelquery::kernels {

/// kInt4: value k in bits 4 * (k % 8).. of 32-bit word k / 8. kInt8: value k in byte k. Both
/// unsigned, rows on 4 bytes. kFp8: e4m3 bytes. The rest: blocks of GGUF as they are in the file.
enum class SourceFormat {
    kInt4,
    kInt8,
    kFp8,
    kQ4_0,
    kQ4_1,
    kQ5_0,
    kQ5_1,
    kQ8_0,
    kQ4_K,
    kQ5_K,
    kQ6_K
};

struct SourceBlock {
    int values = 0, bytes = 0;
};

/// {0, 0} for formats without blocks.
constexpr SourceBlock sourceBlock(SourceFormat format) {
    switch (format) {
        case SourceFormat::kQ4_0:
            return {32, 18};
        case SourceFormat::kQ4_1:
            return {32, 20};
        case SourceFormat::kQ5_0:
            return {32, 22};
        case SourceFormat::kQ5_1:
            return {32, 24};
        case SourceFormat::kQ8_0:
            return {32, 34};
        case SourceFormat::kQ4_K:
            return {256, 144};
        case SourceFormat::kQ5_K:
            return {256, 176};
        case SourceFormat::kQ6_K:
            return {256, 210};
        default:
            return {};
    }
}

/// All pointers are to memory that the reader of the matrix sees.
struct SourceMatrix {
    SourceFormat format = SourceFormat::kInt4;
    std::int64_t outputs = 0;             ///< N
    std::int64_t inputs = 0;              ///< K
    const std::uint8_t* words = nullptr;  ///< [N, row bytes]
    const void* scales = nullptr;         ///< [ceil(N / scaleRows), G]; not for blocks
    ScaleType scaleType = ScaleType::kFloat16;
    std::int64_t scaleRows = 1;           ///< rows that share a scale
    std::int64_t groupSize = 0;           ///< values along K that share a scale; 0: all
    const std::uint8_t* zeros = nullptr;  ///< [N, G], or null (kInt4, kInt8)
    /// [K] which input of the file stands at place k, or null: k itself. Groups count in places.
    const std::int32_t* order = nullptr;
};

constexpr std::int64_t sourceRowBytes(SourceFormat format, std::int64_t inputs) {
    switch (format) {
        case SourceFormat::kInt4:
            return (inputs + 7) / 8 * 4;
        case SourceFormat::kInt8:
            return (inputs + 3) / 4 * 4;
        case SourceFormat::kFp8:
            return inputs;
        default:
            return inputs / sourceBlock(format).values * sourceBlock(format).bytes;
    }
}

/// How a source is laid out in tiles. scaleType is the source's.
constexpr TiledShape tiledShapeOf(const SourceMatrix& s) {
    TiledShape shape;
    shape.outputs = s.outputs;
    shape.inputs = s.inputs;
    shape.groupSize = s.groupSize;
    shape.scaleType = s.scaleType;
    shape.hasZeros = s.zeros != nullptr;
    const auto set = [&](TileCodes codes, TileScales scales, std::int64_t groupSize) {
        shape.codes = codes;
        shape.scales = scales;
        shape.groupSize = groupSize;
        shape.scaleType = ScaleType::kFloat16;
        shape.hasZeros = false;
    };
    switch (s.format) {
        case SourceFormat::kInt4:
            shape.codes = TileCodes::kInt4;
            break;
        case SourceFormat::kInt8:
            shape.codes = TileCodes::kInt8;
            break;
        case SourceFormat::kFp8:
            shape.codes = TileCodes::kFp8;
            break;
        case SourceFormat::kQ4_0:
            set(TileCodes::kInt4, TileScales::kGroups, 32);
            break;
        case SourceFormat::kQ4_1:
            set(TileCodes::kInt4, TileScales::kGroupMins, 32);
            break;
        case SourceFormat::kQ5_0:
            set(TileCodes::kInt5, TileScales::kGroups, 32);
            break;
        case SourceFormat::kQ5_1:
            set(TileCodes::kInt5, TileScales::kGroupMins, 32);
            break;
        case SourceFormat::kQ8_0:
            set(TileCodes::kInt8, TileScales::kGroups, 32);
            break;
        case SourceFormat::kQ4_K:
            set(TileCodes::kInt4, TileScales::kBlocks32, 32);
            break;
        case SourceFormat::kQ5_K:
            set(TileCodes::kInt5, TileScales::kBlocks32, 32);
            break;
        case SourceFormat::kQ6_K:
            set(TileCodes::kInt6, TileScales::kBlocks16, 16);
            break;
    }
    return shape;
}

/// Code of value k in a block: unsigned, as impliedZero() wants it.
constexpr unsigned blockCode(SourceFormat format, const std::uint8_t* block, int k) {
    const auto nibble = [&](int from) {
        return k < 16 ? block[from + k] & 15u : block[from + k - 16] >> 4;
    };
    const auto fifth = [&](int from) { return (block[from + k / 8] >> (k % 8) & 1u) << 4; };
    switch (format) {
        case SourceFormat::kQ4_0:
            return nibble(2);
        case SourceFormat::kQ4_1:
            return nibble(4);
        case SourceFormat::kQ5_0:
            return nibble(6) | fifth(2);
        case SourceFormat::kQ5_1:
            return nibble(8) | fifth(4);
        case SourceFormat::kQ8_0:
            return block[2 + k] ^ 0x80u;
        case SourceFormat::kQ4_K:
            return block[16 + k / 64 * 32 + k % 32] >> (k / 32 % 2 * 4) & 15u;
        case SourceFormat::kQ5_K:
            return (block[48 + k / 64 * 32 + k % 32] >> (k / 32 % 2 * 4) & 15u) |
                   (block[16 + k % 32] >> (k / 32) & 1u) << 4;
        case SourceFormat::kQ6_K:
            return (block[k / 128 * 64 + k % 64] >> (k % 128 / 64 * 4) & 15u) |
                   (block[128 + k / 128 * 32 + k % 32] >> (k % 128 / 32 * 2) & 3u) << 4;
        default:
            return 0;
    }
}

/// Code of row n at place k (with the order applied).
constexpr unsigned sourceCode(const SourceMatrix& s, std::int64_t n, std::int64_t k) {
    if (s.order) k = s.order[k];
    const std::uint8_t* row = s.words + n * sourceRowBytes(s.format, s.inputs);
    switch (s.format) {
        case SourceFormat::kInt4:
            return row[k / 2] >> (k % 2 * 4) & 15u;
        case SourceFormat::kInt8:
        case SourceFormat::kFp8:
            return row[k];
        default: {
            const SourceBlock block = sourceBlock(s.format);
            return blockCode(s.format, row + k / block.values * block.bytes,
                             static_cast<int>(k % block.values));
        }
    }
}

/// The block of row n that holds value k.
constexpr const std::uint8_t* sourceBlockAt(const SourceMatrix& s, std::int64_t n, std::int64_t k) {
    const SourceBlock block = sourceBlock(s.format);
    return s.words + n * sourceRowBytes(s.format, s.inputs) + k / block.values * block.bytes;
}

/// Number of the scale of row n at value k in `scales`, and in `zeros` with rows of their own.
constexpr std::int64_t sourceGroups(const SourceMatrix& s) {
    return s.groupSize == 0 ? 1 : (s.inputs + s.groupSize - 1) / s.groupSize;
}

constexpr std::int64_t sourceGroup(const SourceMatrix& s, std::int64_t k) {
    return s.groupSize == 0 ? 0 : k / s.groupSize;
}

}  // namespace reelquery::kernels
