#pragma once
// Block masses of some pooled query rows. Symbols: S stride, b = B/S pooled rows per block, W panel
// columns. See Note [Pooled groups lie on the key grid].

#include <array>
#include <cstdint>

#include "kernels/attention_params.h"
#include "kernels/cpu/tile_kernels.h"
#include "kernels/cpu/workspace.h"
#include "kernels/score_pattern.h"

namespace reelquery::kernels {

/// The pooled keys of one key/value head in panels of W columns.
class PooledKeys {
  public:
    PooledKeys(const AttentionInputs& inputs, const TileKernels& tiles, int stride,
               Workspace& workspace);

    std::int64_t columns() const { return columns_; }

    std::int64_t panels() const { return panels_; }

    /// Thread: any, different panels may be packed together.
    void pack(int kvHead, std::int64_t panel);

    const std::uint32_t* panel(std::int64_t n) const {
        return data_ + static_cast<std::size_t>(n) * panelUnits_;
    }

  private:
    const AttentionInputs& inputs_;
    const TileKernels& tiles_;
    int stride_;
    std::int64_t columns_;  // groups of S that hold a key
    std::int64_t panels_;
    std::size_t panelUnits_;
    std::uint32_t* data_;
};

/// Scores kPooledRows pooled rows at a time: whole query blocks of one head. The pooled logits
/// themselves are never kept, only a sum and a maximum per panel. Confined to one worker; reused.
class ScoreTile {
  public:
    static constexpr int kPooledRows =
        64;  // shares a pooled panel in the L2 cache among enough rows

    ScoreTile(const AttentionInputs& inputs, const TileKernels& tiles, int stride,
              ScorePattern pattern, const PooledKeys& keys, Workspace& workspace);

    /// Scores the tile of pooled rows [tile * kPooledRows, ...) of a head.
    void score(int head, std::int64_t tile);

    /// Adds up the masses of one query block of that tile (global index): mass [NK].
    void blockMass(std::int64_t queryBlock, float* mass);

  private:
    void packQueries(int head, std::int64_t firstRow);

    const AttentionInputs& inputs_;
    const TileKernels& tiles_;
    const PooledKeys& keys_;
    int stride_;
    std::array<int, kMaxStride> order_;
    int tokenUnits_;        // units of one token
    std::int64_t qStride_;  // units from one pooled row to the next
    int sumColumns_;        // pooled columns per partial sum
    int sumsPerPanel_;
    std::int64_t firstRow_ = 0;  // pooled row of the tile, global
    std::int64_t panels_ = 0;    // that the tile sees
    std::uint32_t* q_;           // [kPooledRows][qStride], S * tokenUnits of each row used
    float* sums_;                // [kPooledRows][panels * sumsPerPanel]
    float* maxima_;              // [kPooledRows][panels]
};

}  // namespace reelquery::kernels
