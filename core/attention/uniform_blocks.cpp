#include "core/attention/uniform_blocks.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

namespace reelquery {

SelectedBlocks uniformBlocks(int heads, std::int64_t rows, std::int64_t firstBlock,
                             double density) {
    std::mt19937 random(1);
    const std::int64_t pitch = firstBlock + rows;
    SelectedBlocks blocks;
    blocks.columns = at::zeros({heads, rows, pitch}, at::kShort);
    blocks.counts = at::zeros({heads, rows}, at::kInt);
    std::int16_t* columns = blocks.columns.mutable_data_ptr<std::int16_t>();
    std::int32_t* counts = blocks.counts.mutable_data_ptr<std::int32_t>();
    std::vector<std::int16_t> earlier;
    for (std::int64_t row = 0; row < heads * rows; ++row) {
        const std::int64_t self = firstBlock + row % rows;
        const std::int64_t count =
            std::max<std::int64_t>(1, std::llround(density * static_cast<double>(self + 1)));
        earlier.resize(static_cast<std::size_t>(self));
        std::iota(earlier.begin(), earlier.end(), std::int16_t{0});
        std::shuffle(earlier.begin(), earlier.end(), random);
        std::sort(earlier.begin(), earlier.begin() + (count - 1));
        std::copy_n(earlier.begin(), count - 1, columns + row * pitch);
        columns[row * pitch + count - 1] = static_cast<std::int16_t>(self);
        counts[row] = static_cast<std::int32_t>(count);
    }
    return blocks;
}

}  // namespace reelquery
