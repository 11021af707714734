#pragma once
// Where the numbers of a packed matrix lie on a card. Numbers only: host and device read the same
// rules. W is [N, K]: N outputs (rows), K inputs.
//
// Note [Tiles of packed weights]
// Files keep packed weights in a dozen ways, few of which a warp can read by 16 bytes. On the card
// every matrix is therefore laid out once, when it arrives, in tiles of 16 rows; along K a tile is
// cut into steps of 128 values. What a warp needs for a step lies together: 1 KB of 4-bit codes,
// read by two loads of 512 consecutive bytes. A tile is the A operand of m16n8k16 products, x the B
// operand, so that one to eight rows of x cost the same and no weight is ever a float by itself:
// codes become pairs of bf16, exactly, and are multiplied by their scale after the products.
//
// Within a step, value k belongs to
//     sub-block t = k / 32, lane column c and place i (0..7), see placeOf();
// row r of the tile belongs to the half r / 8 and, with c, to lane 4 * (r % 8) + c. A lane's eight
// values of a sub-block are one 32-bit word of 4-bit codes or two of bytes. Their order inside the
// word makes (w >> 4e) & 0x000f000f the values 2e and 2e + 1 as 16-bit halves (bytes: likewise
// 0x00ff00ff), which is the pair that a lane hands to the product.
//
// Codes of 5 and 6 bits keep their upper bits in a plane of their own. The planes of a matrix lie
// one behind the other in one allocation, see planesOf(). Rows behind N and values behind K are
// zero codes; x counts as zero there.

#include <cstddef>
#include <cstdint>

namespace reelquery::kernels {

inline constexpr int kTileRows = 16;
inline constexpr int kStepValues = 128;  ///< along K
inline constexpr int kSubValues = 32;    ///< along K, a sub-block; four make a step
inline constexpr int kSubBlocks = kStepValues / kSubValues;

/// What a code is. kInt5 and kInt6 keep four bits in one plane and the rest in another.
enum class TileCodes { kInt4, kInt5, kInt6, kInt8, kFp8 };

/// What makes a weight of a code q.
enum class TileScales {
    kGroups,     ///< (q - zero) * scale, a scale (and zero) for each group along K
    kGroupMins,  ///< q * scale + minimum, both float16, groups of 32 (Q4_1, Q5_1)
    kBlocks32,   ///< Q4_K, Q5_K: d * sc * q - dmin * m; blocks of 256, sc and m for each 32
    kBlocks16    ///< Q6_K: d * sc * (q - 32); blocks of 256, sc for each 16
};

enum class ScaleType { kFloat16, kBfloat16, kFloat32 };

/// A packed matrix without its data.
struct TiledShape {
    TileCodes codes = TileCodes::kInt4;
    TileScales scales = TileScales::kGroups;
    ScaleType scaleType = ScaleType::kFloat16;  ///< kGroups; the others are float16
    bool hasZeros = false;     ///< kGroups: a uint8 zero for each group; else impliedZero(codes)
    std::int64_t outputs = 0;  ///< N
    std::int64_t inputs = 0;   ///< K, a multiple of 32; of 256 for the blocks
    /// kGroups: values along K that share a scale: 32, 64, 128 times a power of two, or 0: all.
    std::int64_t groupSize = 0;
};

/// The zero of codes that have none of their own.
constexpr int impliedZero(TileCodes codes) {
    switch (codes) {
        case TileCodes::kInt4:
            return 8;
        case TileCodes::kInt5:
            return 16;
        case TileCodes::kInt6:
            return 32;
        case TileCodes::kInt8:
            return 128;
        default:
            return 0;
    }
}

constexpr bool isByteCode(TileCodes codes) {
    return codes == TileCodes::kInt8 || codes == TileCodes::kFp8;
}

/// 32-bit words of the code plane that a lane has for one row and step.
constexpr int codeWords(TileCodes codes) {
    return isByteCode(codes) ? 8 : 4;
}

/// The same of the plane with the upper bits.
constexpr int highWords(TileCodes codes) {
    return codes == TileCodes::kInt5 ? 1 : codes == TileCodes::kInt6 ? 2 : 0;
}

constexpr std::int64_t tilesOf(const TiledShape& s) {
    return (s.outputs + kTileRows - 1) / kTileRows;
}

constexpr std::int64_t stepsOf(const TiledShape& s) {
    return (s.inputs + kStepValues - 1) / kStepValues;
}

/// Scales of one row and step: 1, 2 or 4 (kGroups, kGroupMins).
constexpr int scalesPerStep(const TiledShape& s) {
    if (s.scales == TileScales::kGroupMins) return kSubBlocks;
    return s.groupSize == 0 || s.groupSize >= kStepValues
               ? 1
               : static_cast<int>(kStepValues / s.groupSize);
}

/// Steps that share a scale, as a power of two; 31: all.
constexpr int stepShift(const TiledShape& s) {
    if (s.scales != TileScales::kGroups) return 0;
    if (s.groupSize == 0) return 31;
    int shift = 0;
    while ((std::int64_t{kStepValues} << shift) < s.groupSize) ++shift;
    return shift;
}

/// Steps with scales of their own.
constexpr std::int64_t scaleStepsOf(const TiledShape& s) {
    return ((stepsOf(s) - 1) >> stepShift(s)) + 1;
}

/// Byte offsets of a matrix' planes in its allocation, each on 256 bytes. Every plane goes tile by
/// tile, so that matrices of whole tiles are joined by putting their planes one behind the other.
struct TiledPlanes {
    std::int64_t codes = 0;
    std::int64_t high = 0;
    std::int64_t scales = 0;
    std::int64_t seconds = 0;  ///< zeros (kGroups) or d (kBlocks16)
    std::int64_t bytes = 0;    ///< of all
};

/// Bytes that a tile has in each plane; `bytes` is their sum.
constexpr TiledPlanes tileBytes(const TiledShape& s) {
    const std::int64_t steps = stepsOf(s), groups = kTileRows * scaleStepsOf(s) * scalesPerStep(s);
    TiledPlanes tile;
    tile.codes = kTileRows * steps * 16 * codeWords(s.codes);
    tile.high = kTileRows * steps * 16 * highWords(s.codes);
    switch (s.scales) {
        case TileScales::kGroups:
            tile.scales = groups * (s.scaleType == ScaleType::kFloat32 ? 4 : 2);
            tile.seconds = s.hasZeros ? groups : 0;
            break;
        case TileScales::kGroupMins:
            tile.scales = groups * 4;
            break;
        case TileScales::kBlocks32:
            tile.scales = kTileRows * (steps / 2) * 16;
            break;
        case TileScales::kBlocks16:
            tile.scales = kTileRows * steps * 8;
            tile.seconds = kTileRows * (steps / 2) * 2;
            break;
    }
    tile.bytes = tile.codes + tile.high + tile.scales + tile.seconds;
    return tile;
}

constexpr TiledPlanes planesOf(const TiledShape& s) {
    const TiledPlanes tile = tileBytes(s);
    const std::int64_t tiles = tilesOf(s);
    const auto padded = [](std::int64_t bytes) { return (bytes + 255) / 256 * 256; };
    TiledPlanes planes;
    planes.high = padded(tiles * tile.codes);
    planes.scales = planes.high + padded(tiles * tile.high);
    planes.seconds = planes.scales + padded(tiles * tile.scales);
    planes.bytes = planes.seconds + padded(tiles * tile.seconds);
    return planes;
}

/// The place of a value in its sub-block.
struct LanePlace {
    int column = 0;  ///< c, 0..3
    int index = 0;   ///< i, 0..7
};

/// byHalves: the first product of a sub-block has its first 16 values (Q6_K, whose scales serve
/// 16); else a lane's eight values follow each other and one load of 16 bytes brings their x.
constexpr LanePlace placeOf(int valueInSub, bool byHalves) {
    if (!byHalves) return {valueInSub / 8, valueInSub % 8};
    return {valueInSub % 16 / 4, valueInSub / 16 * 4 + valueInSub % 4};
}

/// The other way round.
constexpr int valueOf(int column, int index, bool byHalves) {
    return byHalves ? index / 4 * 16 + column * 4 + index % 4 : column * 8 + index;
}

/// Bit of value i in a word of eight 4-bit codes.
constexpr int nibbleShift(int index) {
    return 4 * (index / 2 + index % 2 * 4);
}

/// Bit of value i (0..3) in a word of four bytes.
constexpr int byteShift(int index) {
    return 8 * (index / 2 + index % 2 * 2);
}

/// First code word of a row's lane in a step; the lane has codeWords() of them, by fours.
constexpr std::int64_t codeWordAt(TileCodes codes, std::int64_t steps, std::int64_t row,
                                  std::int64_t step, int column, int quarter) {
    const std::int64_t tile = row / kTileRows, half = row % kTileRows / 8;
    const std::int64_t lane = row % 8 * 4 + column;
    const std::int64_t pieces = codeWords(codes) / 4;  // of 16 bytes
    return ((((tile * steps + step) * pieces + quarter) * 2 + half) * 32 + lane) * 4;
}

/// Words from one step of a tile to the next, the same for every lane.
constexpr int codeStepWords(TileCodes codes) {
    return codeWords(codes) * 64;
}

constexpr int highStepWords(TileCodes codes) {
    return highWords(codes) * 64;
}

/// First word of a row's lane in the plane of upper bits.
constexpr std::int64_t highWordAt(TileCodes codes, std::int64_t steps, std::int64_t row,
                                  std::int64_t step, int column) {
    const std::int64_t tile = row / kTileRows, half = row % kTileRows / 8;
    const std::int64_t lane = row % 8 * 4 + column;
    return (((tile * steps + step) * 2 + half) * 32 + lane) * highWords(codes);
}

/// Where the upper bits of value i of sub-block t lie: bit highShift() of word highWord().
constexpr int highWord(TileCodes codes, int sub) {
    return codes == TileCodes::kInt6 ? sub / 2 : 0;
}

constexpr int highShift(TileCodes codes, int sub, int index) {
    const int pair = index / 2, odd = index % 2 * 16;
    return codes == TileCodes::kInt6 ? 2 * (sub % 2 * 4 + pair) + odd : sub * 4 + pair + odd;
}

/// Number of the first scale of a row and step (kGroups, kGroupMins).
constexpr std::int64_t scaleAt(std::int64_t scaleSteps, int stepShift, int perStep,
                               std::int64_t row, std::int64_t step) {
    return ((row / kTileRows * scaleSteps + (step >> stepShift)) * kTileRows + row % kTileRows) *
           perStep;
}

/// Number of a row's record in a plane with `count` records a row (blocks of K, or steps).
constexpr std::int64_t recordAt(std::int64_t count, std::int64_t row, std::int64_t index) {
    return (row / kTileRows * count + index) * kTileRows + row % kTileRows;
}

}  // namespace reelquery::kernels
