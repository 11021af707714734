#include "core/attention/selectors/forced_density.h"

#include <ATen/ATen.h>

#include <utility>

#include "core/attention/torch_bridge.h"
#include "core/attention/uniform_blocks.h"
#include "core/base/error.h"
#include "kernels/block_layout.h"

namespace reelquery {

ForcedDensitySelector::ForcedDensitySelector(std::unique_ptr<BlockSelector> selector,
                                             double density)
    : selector_(std::move(selector)), density_(density) {}

SelectedBlocks ForcedDensitySelector::select(const AttentionCall& call,
                                             std::int64_t denseFromPosition) const {
    const double selectMs = selector_->select(call, denseFromPosition).selectMs;
    const kernels::AttentionShape shape = attentionInputs(call).shape;
    const auto [found, isNew] = lists_.try_emplace(ChunkPlace(shape.queries, shape.keys));
    SelectedBlocks& lists = found->second;
    if (isNew) {
        ENSURE(shape.causal, "random lists are made for causal attention");
        const std::int64_t rows = kernels::queryBlocks(shape);
        const std::int64_t first = kernels::firstQueryBlock(shape);
        lists = uniformBlocks(shape.heads, rows, first, density_);
        const at::Tensor visible = at::arange(first + 1, first + 1 + rows, at::kFloat);
        lists.keptShare = lists.counts.to(at::kFloat).div_(visible);  // as if all weighed the same
        for (at::Tensor* part : {&lists.columns, &lists.counts, &lists.keptShare})
            *part = part->to(call.q.device());
    }
    lists.selectMs = selectMs;
    return lists;
}

}  // namespace reelquery
