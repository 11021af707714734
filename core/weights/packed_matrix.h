#pragma once
// A matrix whose weights stay packed in memory, in one neutral layout per number format, whoever
// wrote the file. Note [Layouts of packed matrices]
//
// W is [N, K]: N outputs (rows), K inputs. `words` is uint8 [N, row bytes]; a row's bytes lie
// together, rows follow each other.
//
//   kInt4    4 * ceil(K/8) bytes a row: little-endian 32-bit words of 8 values along K, value k in
//            bits 4*(k%8).. of word k/8 (so byte k/2 holds value k in its low half for even k).
//   kInt8    4 * ceil(K/4) bytes a row: value k in byte k.
//            Both: W[n][k] = (q - zero(n, g)) * scale(n, g), q unsigned, g = groupOf[k] where
//            there is groupOf, else k / groupSize. scales: float16 or float32 [N, G],
//            zeros: uint8 [N, G], undefined: 8 (int4) or 128 (int8) everywhere.
//   kFp8     K bytes a row, float8_e4m3fn. W[n][k] = value * scales[n/blockRows][k/blockColumns],
//            scales: float32 [ceil(N/blockRows), ceil(K/blockColumns)].
//   kQ4_0 .. kQ6_K   GGUF blocks as they are in the file (blockShape()), K a multiple of the
//            block's values; no scales, zeros or groupOf beside them.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace reelquery {

enum class PackedFormat {
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

/// "int4", "fp8", "Q4_K".
const char* packedFormatName(PackedFormat format);

/// Values and bytes of one block of a GGUF format; {0, 0} for the others.
struct BlockShape {
    std::int64_t values = 0, bytes = 0;
};

BlockShape blockShape(PackedFormat format);

/// See Note [Layouts of packed matrices]. Tensors are contiguous and on one device; on the CPU they
/// may be views of a mapped file that nothing writes to.
struct PackedMatrix {
    PackedFormat format = PackedFormat::kInt4;
    std::int64_t outputs = 0;       ///< N
    std::int64_t inputs = 0;        ///< K
    std::int64_t groupSize = 0;     ///< kInt4, kInt8: values along K that share a scale; K: all
    std::int64_t blockRows = 0;     ///< kFp8: outputs that share a scale; 1: each its own, N: all
    std::int64_t blockColumns = 0;  ///< kFp8: inputs that share a scale; K: all of a row
    at::Tensor words;               ///< uint8 [N, row bytes]
    at::Tensor scales;              ///< undefined for GGUF blocks
    at::Tensor zeros;               ///< uint8 [N, G] or undefined
    at::Tensor groupOf;             ///< int32 [K] or undefined (GPTQ with desc_act)

    bool isBlocks() const { return blockShape(format).values > 0; }

    /// Groups along K of the integer formats.
    std::int64_t groups() const { return (inputs + groupSize - 1) / groupSize; }

    /// Bytes of all tensors.
    std::int64_t bytes() const;

    /// A copy on another device.
    PackedMatrix to(at::Device device) const;

    /// Rows [begin, end) as views; kFp8: begin a multiple of blockRows.
    PackedMatrix slice(std::int64_t begin, std::int64_t end) const;
};

/// Bytes of one row of `words`.
std::int64_t packedRowBytes(PackedFormat format, std::int64_t inputs);

/// Throws Error{kInternal} where shapes, types or sizes contradict the layout.
void checkPacked(const PackedMatrix& matrix);

/// The outputs of all matrices in order as one matrix; an undefined `words` where they differ in
/// anything that this needs equal.
PackedMatrix joinPacked(const std::vector<PackedMatrix>& matrices);

/// float32 [N, K] on the matrix' device: the format's formula with one rounding per operation, in
/// the order of Note [Layouts of packed matrices] (blocks: d * scale, dmin * m, product,
/// difference). The oracle of every kernel over packed weights.
at::Tensor unpack(const PackedMatrix& matrix);

}  // namespace reelquery
