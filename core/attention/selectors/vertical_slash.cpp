// Vertical and slash lines (MInference, arXiv 2407.02490): the last 64 queries of a call tell which
// keys everybody looks at and which distances back, and all rows keep the blocks on those lines.
// MInference fixes the number of lines per head by a search beforehand; where there was none,
// columns and diagonals are kept until they hold the threshold of the mass, as FlexPrefill does.

#include <ATen/ATen.h>

#include <utility>

#include "core/attention/selectors/pooled.h"
#include "core/attention/selectors/row_lists.h"

namespace reelquery {

namespace {

constexpr std::int64_t kLastQueries = 64;

class VerticalSlashSelector final : public PooledSelector {
  public:
    using PooledSelector::PooledSelector;

    SelectedBlocks select(const AttentionCall& call,
                          std::int64_t denseFromPosition) const override {
        requireServed(call);
        RowLists rows(call, options(), denseFromPosition);
        const at::Tensor weights = lastWeights(call, kLastQueries).cpu();
        std::vector<std::uint8_t> keep;
        for (int head = 0; head < rows.shape().heads; ++head) {
            const LinesOfHead lines = strongestLines(weights[head], threshold());
            for (std::int64_t row = 0; row < rows.rows(); ++row) {
                lines.putInto(keep, rows.self(row), rows.visible(row));
                rows.set(head, row, keep);
            }
        }
        return std::move(rows).lists();
    }

    std::string whyNotCausal(bool causal) const override {
        return causal ? "" : "lines need a direction";
    }
};

}  // namespace

std::unique_ptr<BlockSelector> makeVerticalSlashSelector(const SelectorRequest& request) {
    return std::make_unique<VerticalSlashSelector>(request, "vertical-slash");
}

}  // namespace reelquery
