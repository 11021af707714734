#include "vision/encoder/learned_positions.h"

#include <algorithm>
#include <cmath>

namespace reelquery {

namespace {

/// Where the patches of an axis lie between two lines of the table.
struct AxisPoints {
    at::Tensor low, high;  // [n] lines of the table
    at::Tensor share;      // [n] of the higher one, float32
};

AxisPoints pointsOf(std::int64_t count, std::int64_t side, at::Device device) {
    const auto floats = at::TensorOptions().dtype(at::kFloat);
    const at::Tensor at = at::arange(count, floats) * static_cast<double>(side - 1) /
                          static_cast<double>(std::max<std::int64_t>(count - 1, 1));
    const at::Tensor low = at.floor();
    return {low.to(device, at::kLong), (low + 1).clamp_max(side - 1).to(device, at::kLong),
            (at - low).to(device)};
}

}  // namespace

at::Tensor learnedPositions(const at::Tensor& table, const PatchGrid& grid,
                            std::int64_t mergeSize) {
    const std::int64_t width = table.size(1);
    const auto side =
        static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(table.size(0)))));
    const at::Tensor lines = table.to(at::kFloat).view({side, side, width});
    const AxisPoints rows = pointsOf(grid.h, side, table.device());
    const AxisPoints columns = pointsOf(grid.w, side, table.device());
    const at::Tensor across = columns.share.view({1, -1, 1});
    const auto alongRow = [&](const at::Tensor& line) {  // [h] -> [h, w, W]
        const at::Tensor picked = lines.index_select(0, line);
        return picked.index_select(1, columns.low) * (1 - across) +
               picked.index_select(1, columns.high) * across;
    };
    const at::Tensor down = rows.share.view({-1, 1, 1});
    const at::Tensor mixed = alongRow(rows.low) * (1 - down) + alongRow(rows.high) * down;
    return mixed.view({grid.h / mergeSize, mergeSize, grid.w / mergeSize, mergeSize, width})
        .permute({0, 2, 1, 3, 4})
        .reshape({grid.h * grid.w, width});
}

}  // namespace reelquery
