#pragma once
// Division of sizes.

#include <cstdint>

namespace reelquery {

/// a / b, up to the next whole number. Neither is negative, b is not 0.
constexpr std::int64_t divideUp(std::int64_t a, std::int64_t b) {
    return (a + b - 1) / b;
}

}  // namespace reelquery
