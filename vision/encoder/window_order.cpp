#include "vision/encoder/window_order.h"

#include <algorithm>

namespace reelquery {

WindowOrder windowOrder(const PatchGrid& grid, const VisionConfig& config) {
    const std::int64_t rows = grid.h / config.mergeSize, columns = grid.w / config.mergeSize;
    const std::int64_t side = config.windowSize / config.pixelsPerToken();
    WindowOrder order;
    for (std::int64_t time = 0; time < grid.t; ++time) {
        for (std::int64_t top = 0; top < rows; top += side) {
            for (std::int64_t left = 0; left < columns; left += side) {
                const std::int64_t bottom = std::min(top + side, rows);
                const std::int64_t right = std::min(left + side, columns);
                for (std::int64_t row = top; row < bottom; ++row) {
                    for (std::int64_t column = left; column < right; ++column) {
                        order.tokens.push_back((time * rows + row) * columns + column);
                    }
                }
                order.lengths.push_back((bottom - top) * (right - left));
            }
        }
    }
    return order;
}

}  // namespace reelquery
