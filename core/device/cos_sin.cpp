#include "core/device/cos_sin.h"

#include <ATen/ATen.h>

namespace reelquery {

namespace {

/// The first calls, by one thread.
bool callOnce() {
    for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
        const at::Tensor one = at::ones({1}, type);
        static_cast<void>(one.cos());
        static_cast<void>(one.sin());
    }
    return true;
}

}  // namespace

CosSin cosSinOf(const at::Tensor& angles) {
    [[maybe_unused]] static const bool wasCalled = callOnce();
    return {angles.cos(), angles.sin()};
}

}  // namespace reelquery
