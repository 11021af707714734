// Patch rows against plain loops in double precision.

#include "vision/encoder/patchify.h"

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "core/base/error.h"

namespace reelquery {

namespace {

VisionConfig publishedConfig() {
    VisionConfig config;
    config.width = 1280;
    config.heads = 16;
    return config;
}

}  // namespace

TEST_CASE("A patch row holds channel, frame, y, x; rows go block by block") {
    const std::int64_t count = GENERATE(1, 2, 3, 4);
    const std::int64_t height = 56, width = 84;
    const VisionConfig config = publishedConfig();
    const PixelConfig pixels;
    const at::Tensor frames = at::randint(0, 256, {count, 3, height, width}).to(at::kByte);
    const at::Tensor rows = patchify(frames, config, pixels);
    const auto in = frames.accessor<std::uint8_t, 4>();
    const auto out = rows.accessor<float, 2>();
    REQUIRE(rows.size(0) == (count + 1) / 2 * 4 * 6);
    REQUIRE(rows.size(1) == 1176);

    std::int64_t row = 0;
    double worst = 0;
    for (std::int64_t t = 0; t < (count + 1) / 2; ++t) {
        for (std::int64_t blockY = 0; blockY < 2; ++blockY) {
            for (std::int64_t blockX = 0; blockX < 3; ++blockX) {
                for (std::int64_t inBlock = 0; inBlock < 4; ++inBlock, ++row) {
                    std::int64_t column = 0;
                    for (std::int64_t c = 0; c < 3; ++c) {
                        for (std::int64_t f = 0; f < 2; ++f) {
                            const std::int64_t frame = std::min(2 * t + f, count - 1);
                            for (std::int64_t y = 0; y < 14; ++y) {
                                for (std::int64_t x = 0; x < 14; ++x, ++column) {
                                    const std::int64_t py = (2 * blockY + inBlock / 2) * 14 + y;
                                    const std::int64_t px = (2 * blockX + inBlock % 2) * 14 + x;
                                    const double expected =
                                        (in[frame][c][py][px] / 255.0 - pixels.mean[c]) /
                                        pixels.std[c];
                                    worst = std::max(worst, std::abs(out[row][column] - expected));
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    // Values reach 2.7; three float32 roundings of them.
    CHECK(worst < 3 * 2.7 * 1.2e-7);
}

TEST_CASE("Grids count frame pairs and patches") {
    const VisionConfig config = publishedConfig();
    CHECK(gridOf(1, 28, 28, config) == PatchGrid{1, 2, 2});
    CHECK(gridOf(768, 364, 644, config) == PatchGrid{384, 26, 46});
    CHECK(gridOf(5, 28, 56, config) == PatchGrid{3, 2, 4});
    CHECK(config.tokens({384, 26, 46}) == 384 * 13 * 23);
    CHECK_THROWS_AS(gridOf(2, 30, 28, config), Error);
}

}  // namespace reelquery
