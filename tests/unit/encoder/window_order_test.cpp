#include "vision/encoder/window_order.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <set>

namespace reelquery {

namespace {

VisionConfig windowConfig() {
    VisionConfig config;
    config.windowSize = 112;
    return config;
}

}  // namespace

TEST_CASE("Every token is in exactly one window, and windows stay in their time step") {
    const PatchGrid grid = {GENERATE(1, 3), GENERATE(2, 8, 10, 22), GENERATE(2, 16, 14)};
    const WindowOrder order = windowOrder(grid, windowConfig());
    std::vector<std::int64_t> sorted = order.tokens;
    std::sort(sorted.begin(), sorted.end());
    std::vector<std::int64_t> all(static_cast<std::size_t>(grid.patches() / 4));
    std::iota(all.begin(), all.end(), 0);
    CHECK(sorted == all);

    const std::int64_t columns = grid.w / 2, perStep = grid.h / 2 * columns;
    std::size_t at = 0;
    for (const std::int64_t length : order.lengths) {
        std::set<std::int64_t> windows;
        for (std::int64_t i = 0; i < length; ++i, ++at) {
            const std::int64_t token = order.tokens[at], inStep = token % perStep;
            const std::int64_t row = inStep / columns / 4, column = inStep % columns / 4;
            windows.insert((token / perStep * 1000 + row) * 1000 + column);
        }
        CHECK(windows.size() == 1);
    }
    CHECK(at == order.tokens.size());
}

TEST_CASE("Edge windows are smaller, row by row") {
    // 5 x 7 tokens: windows of 4x4, 4x3, 1x4 and 1x3.
    const WindowOrder order = windowOrder({1, 10, 14}, windowConfig());
    CHECK(order.lengths == std::vector<std::int64_t>{16, 12, 4, 3});
    CHECK(std::vector(order.tokens.begin(), order.tokens.begin() + 5) ==
          std::vector<std::int64_t>{0, 1, 2, 3, 7});
    CHECK(order.tokens[16] == 4);
    CHECK(order.tokens[28] == 28);
}

}  // namespace reelquery
