#include "core/attention/selectors/row_lists.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

#include "core/attention/torch_bridge.h"

namespace reelquery {

RowLists::RowLists(const AttentionCall& call, const SelectorOptions& options,
                   std::int64_t denseFromPosition)
    : shape_(attentionInputs(call).shape),
      rows_(kernels::queryBlocks(shape_)),
      columns_(kernels::keyBlocks(shape_)),
      first_(kernels::firstQueryBlock(shape_)),
      denseFrom_(denseFromPosition),
      sinkBlocks_(options.sinkBlocks),
      recentBlocks_(options.recentBlocks),
      device_(call.q.device()) {
    blocks_.columns = at::zeros({shape_.heads, rows_, columns_}, at::kShort);
    blocks_.counts = at::zeros({shape_.heads, rows_}, at::kInt);
    blocks_.keptShare = at::ones({shape_.heads, rows_}, at::kFloat);
}

bool RowLists::keepsAll(std::int64_t row) const {
    const std::int64_t end =
        std::min((self(row) + 1) * kernels::kBlockSize, shape_.queryOffset() + shape_.queries);
    return end > denseFrom_;
}

void RowLists::set(int head, std::int64_t row, const std::vector<std::uint8_t>& keep,
                   const float* mass) {
    const std::int64_t at = head * rows_ + row;
    auto* columns = static_cast<std::uint16_t*>(blocks_.columns.mutable_data_ptr()) + at * columns_;
    const bool all = keepsAll(row);
    std::int32_t count = 0;
    double kept = 0, total = 0;
    for (std::int64_t j = 0; j < visible(row); ++j) {
        const double weight = mass ? mass[j] : 1;
        total += weight;
        if (!all && !isForced(row, j) && !keep[static_cast<std::size_t>(j)]) continue;
        kept += weight;
        columns[count++] = static_cast<std::uint16_t>(j);
    }
    blocks_.counts.mutable_data_ptr<std::int32_t>()[at] = count;
    blocks_.keptShare.mutable_data_ptr<float>()[at] =
        total > 0 ? static_cast<float>(kept / total) : 1.0f;
}

SelectedBlocks RowLists::lists() && {
    for (at::Tensor* part : {&blocks_.columns, &blocks_.counts, &blocks_.keptShare})
        *part = part->to(device_);
    return std::move(blocks_);
}

}  // namespace reelquery
