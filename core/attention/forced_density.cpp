#include "core/attention/forced_density.h"

#include <utility>

#include "core/attention/torch_bridge.h"
#include "core/attention/uniform_blocks.h"
#include "core/base/error.h"

namespace reelquery {

ForcedDensityKernels::ForcedDensityKernels(std::unique_ptr<AttentionKernels> kernels,
                                           double density)
    : kernels_(std::move(kernels)), density_(density) {}

SelectedBlocks ForcedDensityKernels::select(const AttentionCall& call,
                                            const kernels::SelectionParams& params) const {
    const double selectMs = kernels_->select(call, params).selectMs;
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
