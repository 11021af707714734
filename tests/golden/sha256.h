#pragma once
// SHA-256 (FIPS 180-4), for comparing with sums that other programs wrote.

#include <cstddef>
#include <string>

namespace reelquery::golden {

/// Lower-case hexadecimal.
std::string sha256(const void* data, std::size_t bytes);

}  // namespace reelquery::golden
