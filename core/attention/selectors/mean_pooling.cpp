// Mean pooling: the blocks whose mean key promises most to the mean query of a row, until the
// threshold of the estimated mass. What FlexPrefill's query-aware heads and others start from.

#include <ATen/ATen.h>

#include <utility>

#include "core/attention/selectors/pooled.h"
#include "core/attention/selectors/row_lists.h"
#include "kernels/cpu/row_selection.h"

namespace reelquery {

namespace {

class MeanPoolingSelector final : public PooledSelector {
  public:
    using PooledSelector::PooledSelector;

    SelectedBlocks select(const AttentionCall& call,
                          std::int64_t denseFromPosition) const override {
        requireProcessor(call);
        RowLists rows(call, options(), denseFromPosition);
        const at::Tensor mass = pooledMass(call);
        kernels::RowSelection chooser;
        std::vector<std::uint16_t> chosen(static_cast<std::size_t>(rows.columns()));
        std::vector<std::uint8_t> keep;
        for (int head = 0; head < rows.shape().heads; ++head) {
            for (std::int64_t row = 0; row < rows.rows(); ++row) {
                const float* values =
                    mass.const_data_ptr<float>() + (head * rows.rows() + row) * rows.columns();
                const std::int32_t count = chooser.choose(
                    values, rows.visible(row),
                    {rows.self(row), options().sinkBlocks, rows.recentBegin(row), threshold()},
                    chosen.data());
                keep.assign(static_cast<std::size_t>(rows.visible(row)), 0);
                for (std::int32_t n = 0; n < count; ++n)
                    keep[chosen[static_cast<std::size_t>(n)]] = 1;
                rows.set(head, row, keep, values);
            }
        }
        return std::move(rows).lists();
    }
};

}  // namespace

std::unique_ptr<BlockSelector> makeMeanPoolingSelector(const SelectorRequest& request) {
    return std::make_unique<MeanPoolingSelector>(request, "mean-pooling");
}

}  // namespace reelquery
