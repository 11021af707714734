#pragma once
// XAttention's block scores (arXiv 2503.16428, section 2) in plain double-precision loops.
// Symbols: Hq query heads, NQ query blocks, NK key blocks, S stride, B block size, b = B/S.

#include <cstdint>
#include <vector>

#include "kernels/attention_params.h"
#include "kernels/block_layout.h"

namespace reelquery::kernels::reference {

/// Estimated attention mass of every block. See Note [Blocks lie on the key grid].
struct BlockMass {
    std::int64_t rows = 0;     ///< NQ
    std::int64_t columns = 0;  ///< NK
    std::vector<double>
        values;  ///< [Hq, NQ, NK]; a row of B queries sums to b; 0 where not visible

    const double* row(int head, std::int64_t queryBlock) const {
        return values.data() + (head * rows + queryBlock) * columns;
    }
};

/// Pools each S x S tile to the mean of the S logits on its antidiagonal (or the pattern's other
/// choice), takes the softmax of every pooled row over the pooled columns it sees (causal: column
/// index <= row index) and adds up the cells of each block.
/// Requires stride to divide B and stride <= kMaxStride. Thread: any.
BlockMass scoreBlocks(const AttentionInputs& inputs, int stride,
                      ScorePattern pattern = ScorePattern::kAntidiagonal);

}  // namespace reelquery::kernels::reference
