#pragma once
// What selectors share that choose on the host: which rows there are, what every row keeps
// whatever is chosen, and the lists of it. Symbols: Hq query heads, NQ query blocks, NK key blocks.

#include <cstdint>
#include <vector>

#include "core/attention/attention_backend.h"
#include "core/attention/selected_blocks.h"
#include "core/base/run_options.h"
#include "kernels/block_layout.h"

namespace reelquery {

/// Collects the kept blocks of a call's rows; then lists() hands them over, once.
class RowLists {
  public:
    /// Sinks and recent blocks as the options say; rows with a query at or past
    /// `denseFromPosition` keep all.
    RowLists(const AttentionCall& call, const SelectorOptions& options,
             std::int64_t denseFromPosition);

    const kernels::AttentionShape& shape() const { return shape_; }

    std::int64_t rows() const { return rows_; }

    std::int64_t columns() const { return columns_; }

    /// The row's own block on the key grid.
    std::int64_t self(std::int64_t row) const { return first_ + row; }

    /// Blocks of which the row sees something: the leading ones.
    std::int64_t visible(std::int64_t row) const {
        return shape_.causal ? self(row) + 1 : columns_;
    }

    bool keepsAll(std::int64_t row) const;

    /// Whether the row keeps the block whatever is chosen.
    bool isForced(std::int64_t row, std::int64_t column) const {
        return column < sinkBlocks_ || column >= recentBegin(row);
    }

    /// First of the recent blocks; past the last one where the call is not causal.
    std::int64_t recentBegin(std::int64_t row) const {
        return shape_.causal ? self(row) + 1 - recentBlocks_ : columns_;
    }

    /// The row keeps what is forced and the blocks j with keep[j], of which it sees
    /// visible(row). mass: of the same blocks, for the kept share, or null: all weigh the same.
    void set(int head, std::int64_t row, const std::vector<std::uint8_t>& keep,
             const float* mass = nullptr);

    /// On the call's device.
    SelectedBlocks lists() &&;

  private:
    kernels::AttentionShape shape_;
    std::int64_t rows_ = 0, columns_ = 0, first_ = 0, denseFrom_ = 0;
    int sinkBlocks_ = 1, recentBlocks_ = 1;
    SelectedBlocks blocks_;
    at::Device device_;
};

}  // namespace reelquery
