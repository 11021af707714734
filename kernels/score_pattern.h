#pragma once
// Which pairs of each S x S tile the block scores add up. XAttention takes the antidiagonal; the
// others exist to show what that choice is worth. S: stride.

#include <array>
#include <cstdint>

namespace reelquery::kernels {

enum class ScorePattern {
    kAntidiagonal,
    kDiagonal,
    kRandom  ///< one fixed permutation of the S rows
};

inline constexpr int kMaxStride = 128;

/// order[t] is the query (inside its group of S) that meets key t of the key group.
/// Requires 1 <= stride <= kMaxStride.
inline std::array<int, kMaxStride> queryOrder(ScorePattern pattern, int stride) {
    std::array<int, kMaxStride> order{};
    for (int t = 0; t < stride; ++t)
        order[t] = pattern == ScorePattern::kAntidiagonal ? stride - 1 - t : t;
    if (pattern == ScorePattern::kRandom) {
        std::uint32_t state = 12345;  // any fixed seed: the pattern must be the same everywhere
        for (int t = stride - 1; t > 0; --t) {
            state = state * 1664525u + 1013904223u;
            const int other = static_cast<int>((state >> 16) % static_cast<std::uint32_t>(t + 1));
            const int swapped = order[t];
            order[t] = order[other];
            order[other] = swapped;
        }
    }
    return order;
}

}  // namespace reelquery::kernels
