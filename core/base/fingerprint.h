#pragma once
// 128-bit fingerprints of bytes and values: to tell things apart and to notice damage, not to
// resist anyone who wants a collision.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace reelquery {

/// Grows by what is added; each addition counts with its length, so "ab" + "c" is not "a" + "bc".
/// The same on every machine of the same byte order.
class Fingerprint {
  public:
    void add(std::span<const std::byte> bytes);

    void add(std::string_view text) { add(std::as_bytes(std::span(text.data(), text.size()))); }

    template <typename Number>
    requires std::is_arithmetic_v<Number>

    void add(Number value) { add(std::as_bytes(std::span(&value, 1))); }

    /// 32 hexadecimal digits of everything so far.
    std::string hex() const;

  private:
    std::array<std::uint64_t, 2> lanes_ = {0x243F6A8885A308D3U, 0x13198A2E03707344U};
};

}  // namespace reelquery
