#include "tests/golden/sha256.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace reelquery::golden {

namespace {

/// The first 32 bits behind the point of a root of the n-th prime.
std::uint32_t rootBits(int n, double power) {
    int prime = 1, found = -1;
    while (found < n) {
        ++prime;
        bool isPrime = true;
        for (int d = 2; d * d <= prime; ++d) isPrime = isPrime && prime % d != 0;
        if (isPrime) ++found;
    }
    const long double root =
        std::pow(static_cast<long double>(prime), power == 2 ? 0.5L : 1.0L / 3.0L);
    return static_cast<std::uint32_t>((root - std::floor(root)) * 4294967296.0L);
}

void mix(std::array<std::uint32_t, 8>& state, const unsigned char* block,
         const std::array<std::uint32_t, 64>& constants) {
    std::array<std::uint32_t, 64> w{};
    for (std::size_t i = 0; i < 16; ++i) {
        w[i] = static_cast<std::uint32_t>(block[4 * i]) << 24 |
               static_cast<std::uint32_t>(block[4 * i + 1]) << 16 |
               static_cast<std::uint32_t>(block[4 * i + 2]) << 8 | block[4 * i + 3];
    }
    for (std::size_t i = 16; i < 64; ++i) {
        const std::uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + w[i - 7] + (std::rotr(a, 7) ^ std::rotr(a, 18) ^ (a >> 3)) +
               (std::rotr(b, 17) ^ std::rotr(b, 19) ^ (b >> 10));
    }
    auto s = state;
    for (std::size_t i = 0; i < 64; ++i) {
        const std::uint32_t t1 = s[7] +
                                 (std::rotr(s[4], 6) ^ std::rotr(s[4], 11) ^ std::rotr(s[4], 25)) +
                                 ((s[4] & s[5]) ^ (~s[4] & s[6])) + constants[i] + w[i];
        const std::uint32_t t2 = (std::rotr(s[0], 2) ^ std::rotr(s[0], 13) ^ std::rotr(s[0], 22)) +
                                 ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        s = {t1 + t2, s[0], s[1], s[2], s[3] + t1, s[4], s[5], s[6]};
    }
    for (std::size_t i = 0; i < 8; ++i) state[i] += s[i];
}

}  // namespace

std::string sha256(const void* data, std::size_t bytes) {
    std::array<std::uint32_t, 64> constants{};
    for (int i = 0; i < 64; ++i) constants[static_cast<std::size_t>(i)] = rootBits(i, 3);
    std::array<std::uint32_t, 8> state{};
    for (int i = 0; i < 8; ++i) state[static_cast<std::size_t>(i)] = rootBits(i, 2);
    const auto* from = static_cast<const unsigned char*>(data);
    std::size_t at = 0;
    for (; at + 64 <= bytes; at += 64) mix(state, from + at, constants);
    std::vector<unsigned char> tail(from + at, from + bytes);
    tail.push_back(0x80);
    while (tail.size() % 64 != 56) tail.push_back(0);
    for (int i = 7; i >= 0; --i) {
        tail.push_back(
            static_cast<unsigned char>(static_cast<std::uint64_t>(bytes) * 8 >> (8 * i)));
    }
    for (std::size_t i = 0; i < tail.size(); i += 64) mix(state, tail.data() + i, constants);
    std::string text;
    for (const std::uint32_t word : state) {
        for (int i = 28; i >= 0; i -= 4) text.push_back("0123456789abcdef"[word >> i & 15]);
    }
    return text;
}

}  // namespace reelquery::golden
