#include "core/attention/forced_density.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "core/attention/torch_bridge.h"

namespace reelquery {

SelectedBlocks randomBlocks(const kernels::AttentionShape& shape, double density) {
    std::mt19937 random(1);
    const std::int64_t heads = shape.heads, rows = kernels::queryBlocks(shape);
    const std::int64_t pitch = kernels::keyBlocks(shape);
    SelectedBlocks blocks;
    blocks.columns = at::zeros({heads, rows, pitch}, at::kShort);
    blocks.counts = at::zeros({heads, rows}, at::kInt);
    blocks.keptShare = at::zeros({heads, rows}, at::kFloat);
    auto* columns = static_cast<std::uint16_t*>(blocks.columns.mutable_data_ptr());
    auto* counts = blocks.counts.mutable_data_ptr<std::int32_t>();
    auto* shares = blocks.keptShare.mutable_data_ptr<float>();
    std::vector<std::uint16_t> others;
    for (std::int64_t row = 0; row < heads * rows; ++row) {
        const std::int64_t last =
            shape.causal ? kernels::firstQueryBlock(shape) + row % rows : pitch - 1;
        const std::int64_t count =
            std::max<std::int64_t>(1, std::llround(density * static_cast<double>(last + 1)));
        others.resize(static_cast<std::size_t>(last));
        std::iota(others.begin(), others.end(), std::uint16_t{0});
        std::shuffle(others.begin(), others.end(), random);
        std::sort(others.begin(), others.begin() + (count - 1));
        std::copy_n(others.begin(), count - 1, columns + row * pitch);
        columns[row * pitch + count - 1] = static_cast<std::uint16_t>(last);
        counts[row] = static_cast<std::int32_t>(count);
        shares[row] = static_cast<float>(count) / static_cast<float>(last + 1);
    }
    return blocks;
}

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
        lists = randomBlocks(shape, density_);
        for (at::Tensor* part : {&lists.columns, &lists.counts, &lists.keptShare})
            *part = part->to(call.q.device());
    }
    lists.selectMs = selectMs;
    return lists;
}

}  // namespace reelquery
