#pragma once
// Products with packed weights on a card, by our kernels (kernels/gemm). The matrix is laid out in
// tiles once; what it came from is no longer needed.
// n rows, K inputs, N outputs, G groups along K.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/gemm/source_matrix.h"
#include "kernels/gemm/tiled_matrix.h"

namespace reelquery {

/// A packed matrix on a card, rows one behind the other. Tensors are contiguous.
struct PackedSource {
    kernels::SourceFormat format = kernels::SourceFormat::kInt4;
    std::int64_t outputs = 0;    ///< N
    std::int64_t inputs = 0;     ///< K
    std::int64_t groupSize = 0;  ///< values along K that share a scale; K or more: all
    std::int64_t scaleRows = 1;  ///< rows that share one
    at::Tensor words;            ///< uint8 [N, row bytes]
    at::Tensor scales;           ///< float16 or float32 [ceil(N / scaleRows), G]; none for blocks
    at::Tensor zeros;            ///< uint8 [N, G] or undefined
    at::Tensor groupOf;          ///< int32 [K], the group of an input, or undefined: in order
};

/// Immutable. Thread: any.
class TiledProduct {
  public:
    /// Null where our kernels do not serve the matrix (a number of inputs that is no multiple of
    /// 32, groups of unequal size) or cannot run on its card.
    static std::unique_ptr<TiledProduct> make(const PackedSource& source);

    /// The outputs of all in order as one matrix; null where they differ in anything but the number
    /// of outputs, or one but the last has no whole tiles (16 outputs).
    static std::unique_ptr<TiledProduct> joined(const std::vector<const TiledProduct*>& products);

    /// x W^T + bias, [n, K] -> [n, N] of x's type. bias: [N] of that type, or undefined. Up to 32
    /// rows of bf16 are multiplied from the packed words and do not depend on each other. From
    /// kFp8Rows on FP8 with a scale for each output is multiplied in FP8, x rounded row by row,
    /// where the card and torch do that (isFp8Fast()). All else: W is unpacked into a scratch of at
    /// most kScratchValues. Waits for nothing and launches the same work for the same n. Errors:
    /// Error{kDevice}, {kInternal}.
    at::Tensor apply(const at::Tensor& x, const at::Tensor& bias) const;

    /// Rows of W in float32, bf16 or float16, [index size, K]. index: int64 on the card; one
    /// outside of the matrix gives zeros.
    at::Tensor rows(const at::Tensor& index, at::ScalarType type) const;

    std::int64_t outputs() const { return shape_.outputs; }

    /// Of the tiles.
    std::int64_t bytes() const;

    /// Whether many rows are multiplied in FP8.
    bool isFp8Fast() const { return rowScales_.defined(); }

    static constexpr std::int64_t kScratchValues = std::int64_t{72} << 20;
    static constexpr std::int64_t kFp8Rows = 256;  ///< below, bytes are what counts

  private:
    TiledProduct() = default;

    at::Tensor applyFp8(const at::Tensor& x, const at::Tensor& bias) const;

    void unpackInto(const at::Tensor& out, std::int64_t firstRow, const at::Tensor& index) const;

    kernels::TiledShape shape_;
    at::Tensor data_;       // uint8, planes of the tiles
    at::Tensor order_;      // int32 [K], which input stands at a place; undefined: each at its own
    at::Tensor rowScales_;  // float32 [N] of FP8 that is multiplied in FP8, else undefined
};

}  // namespace reelquery
