#include "core/device/vector_math.h"

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <cmath>

namespace reelquery {

TEST_CASE("cosines and sines are exact, whoever calls first") {
    // Enough for two threads of torch.
    const at::Tensor angles = at::arange(1 << 16, at::kFloat) * 0.37F;
    const CosSin table = cosSinOf(angles);
    double worst = 0;
    for (std::int64_t i = 0; i < angles.numel(); ++i) {
        const double angle = angles.const_data_ptr<float>()[i];
        worst = std::max({worst, std::abs(table.cos.const_data_ptr<float>()[i] - std::cos(angle)),
                          std::abs(table.sin.const_data_ptr<float>()[i] - std::sin(angle))});
    }
    CHECK(worst < 1e-7);  // half a step of float32 just below 1 is 3e-8
}

}  // namespace reelquery
