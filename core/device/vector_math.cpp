#include "core/device/vector_math.h"

#include <ATen/ATen.h>

namespace reelquery {

namespace {

bool callEachOnce() {
    for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
        const at::Tensor one = at::ones({1}, type);
        static_cast<void>(one.cos());
        static_cast<void>(one.sin());
        static_cast<void>(one.exp());
        static_cast<void>(one.log());
        static_cast<void>(one.sqrt());
        static_cast<void>(one.tanh());
        static_cast<void>(one.erf());
    }
    return true;
}

}  // namespace

void prepareVectorMath() {
    [[maybe_unused]] static const bool wasCalled = callEachOnce();
}

CosSin cosSinOf(const at::Tensor& angles) {
    prepareVectorMath();
    return {angles.cos(), angles.sin()};
}

}  // namespace reelquery
