#pragma once
// Blocks of the attention matrix and lists of the selected ones.
// Symbols: B block size, S stride, NQ query blocks, NK key blocks.
//
// Note [Blocks lie on the key grid]
// Query blocks are cut at positions that are multiples of B, like key blocks, also when the queries
// start in the middle of one (a later chunk, a follow-up on a cached prefix): the first query block
// is then partly empty. So a query block has exactly one diagonal key block, and what is selected
// does not depend on how a prompt is cut into chunks of whole blocks.
//
// Note [Pooled groups lie on the key grid]
// The S tokens of a pooled row or column also start at global multiples of S. Tokens that do not
// exist (before the first query, past the last token) count as zero vectors inside a group that
// holds a real one; groups without any real token take no part at all.

#include <array>
#include <cstdint>

#include "kernels/attention_params.h"
#include "kernels/score_pattern.h"

namespace reelquery::kernels {

inline constexpr int kBlockSize = 128;  ///< B, queries and keys per block

/// The strides S that every kernel here scores with, as the paper does. All divide B.
inline constexpr std::array<int, 3> kScoreStrides = {4, 8, 16};

/// Whether S is one of them.
constexpr bool isScoreStride(int stride) {
    for (const int served : kScoreStrides)
        if (stride == served) return true;
    return false;
}

inline std::int64_t keyBlocks(const AttentionShape& shape) {
    return (shape.keys + kBlockSize - 1) / kBlockSize;
}

/// Global index of the first query block. See Note [Blocks lie on the key grid].
inline std::int64_t firstQueryBlock(const AttentionShape& shape) {
    return shape.queryOffset() / kBlockSize;
}

inline std::int64_t queryBlocks(const AttentionShape& shape) {
    const std::int64_t last = shape.queryOffset() + shape.queries;
    return shape.queries == 0 ? 0 : (last + kBlockSize - 1) / kBlockSize - firstQueryBlock(shape);
}

/// Selected key blocks of every (query head, query block): ascending key-block indices, rows padded
/// to `pitch` entries (at least NK). 16-bit indices reach 8.4 million tokens.
struct BlockLists {
    const std::uint16_t* columns = nullptr;  ///< [Hq, NQ, pitch]
    const std::int32_t* counts = nullptr;    ///< [Hq, NQ]
    std::int64_t pitch = 0;
};

// Note [Which blocks a row keeps]
// A row (query head, query block) keeps the forced blocks, then the largest others as long as the
// mass kept so far is below threshold * (mass of the row). Forced are the leading sinkBlocks and,
// where causal, the recentBlocks up to the diagonal. Equal masses: the block nearer to the row's
// own index goes first, and of two equally near ones (not causal) the lower. Masses are float32.
// Every block is kept where threshold >= 1 (so that 1 is dense whatever the rounding), where a mass
// is not finite (NaN or Inf among the inputs), and where denseFromPosition says so.

/// Which antidiagonal sums are taken and which blocks they keep (XAttention, arXiv 2503.16428).
/// See Note [Which blocks a row keeps].
struct SelectionParams {
    int stride = 16;                                     ///< S: one of kScoreStrides
    ScorePattern pattern = ScorePattern::kAntidiagonal;  ///< the others serve comparisons
    float threshold = 0.9f;  ///< tau in [0, 1], used where thresholdPerHead is null
    const float* thresholdPerHead = nullptr;  ///< [Hq]
    int sinkBlocks = 1;    ///< leading key blocks that every row keeps, at least 1
    int recentBlocks = 1;  ///< key blocks up to the diagonal that every row keeps, at least 1
    std::int64_t denseFromPosition = INT64_MAX;  ///< rows holding a query at or past it keep all
};

}  // namespace reelquery::kernels
