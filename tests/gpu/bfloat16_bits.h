#pragma once
// bf16 on the host of the GPU tests, which are C++17 (kernels/bfloat16.h is not).

#include <cstdint>
#include <cstring>

namespace reelquery::test {

inline float toFloat(std::uint16_t bits) {
    const std::uint32_t wide = static_cast<std::uint32_t>(bits) << 16;
    float value;
    std::memcpy(&value, &wide, 4);
    return value;
}

/// Rounds to nearest, ties to even. value: finite.
inline std::uint16_t toBits(float value) {
    std::uint32_t wide;
    std::memcpy(&wide, &value, 4);
    return static_cast<std::uint16_t>((wide + 0x7fff + (wide >> 16 & 1)) >> 16);
}

}  // namespace reelquery::test
