#pragma once
// Random packed matrices with their weights by the formulas of the formats, written as plain loops
// over whole blocks and words, apart from the kernels' way of reading them. Plain C++17: tests
// without a card use it too.

#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "kernels/gemm/source_matrix.h"

namespace reelquery::test {

inline float floatOfHalfBits(std::uint16_t bits) {
    const int exponent = bits >> 10 & 31, mantissa = bits & 1023;
    const double size =
        exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
    return static_cast<float>(bits & 0x8000 ? -size : size);
}

/// An e4m3 byte that is no NaN.
inline float floatOfFp8Byte(std::uint8_t code) {
    const int exponent = code >> 3 & 15, mantissa = code & 7;
    const double size =
        exponent == 0 ? std::ldexp(mantissa, -9) : std::ldexp(8 + mantissa, exponent - 10);
    return static_cast<float>(code & 0x80 ? -size : size);
}

inline std::uint16_t sixteenBits(const std::uint8_t* from) {
    std::uint16_t bits;
    std::memcpy(&bits, from, 2);
    return bits;
}

struct SampleKind {
    kernels::SourceFormat format;
    kernels::ScaleType scaleType = kernels::ScaleType::kFloat16;
    std::int64_t groupSize = 0;  // 0: all of K
    std::int64_t scaleRows = 1;
    bool hasZeros = false;
    bool hasOrder = false;
    int narrowScales = 0;  // float32 scales that bf16 (1) or float16 (2) holds, kept so on the card
    const char* name = "";
};

/// Every kind that the kernels serve.
inline std::vector<SampleKind> sampleKinds() {
    using kernels::ScaleType;
    using F = kernels::SourceFormat;
    constexpr auto kHalf = ScaleType::kFloat16, kFloat = ScaleType::kFloat32;
    return {{F::kInt4, kHalf, 128, 1, true, false, 0, "int4 g128 zeros"},
            {F::kInt4, kHalf, 128, 1, false, false, 0, "int4 g128"},
            {F::kInt4, kHalf, 128, 1, false, true, 0, "int4 g128 act-order"},
            {F::kInt4, kFloat, 128, 1, true, false, 0, "int4 g128 zeros, float scales"},
            {F::kInt4, kFloat, 64, 1, true, false, 1, "int4 g64 zeros, bf16 scales"},
            {F::kInt4, kHalf, 32, 1, true, false, 0, "int4 g32 zeros"},
            {F::kInt4, kHalf, 256, 1, false, false, 0, "int4 g256"},
            {F::kInt4, kHalf, 0, 1, true, false, 0, "int4 channel zeros"},
            {F::kInt8, kHalf, 128, 1, true, false, 0, "int8 g128 zeros"},
            {F::kInt8, kFloat, 0, 1, false, false, 0, "int8 channel"},
            {F::kInt8, kHalf, 64, 1, false, false, 0, "int8 g64"},
            {F::kInt8, kFloat, 32, 1, false, false, 1, "int8 g32, bf16 scales"},
            {F::kFp8, kFloat, 0, 1, false, false, 0, "fp8 channel"},
            {F::kFp8, kFloat, 0, INT64_MAX, false, false, 0, "fp8 tensor"},
            {F::kFp8, kFloat, 128, 128, false, false, 0, "fp8 blocks"},
            {F::kFp8, kFloat, 128, 128, false, false, 1, "fp8 blocks, bf16 scales"},
            {F::kFp8, kFloat, 128, 128, false, false, 2, "fp8 blocks, f16 scales"},
            {F::kQ4_0, kHalf, 0, 1, false, false, 0, "Q4_0"},
            {F::kQ4_1, kHalf, 0, 1, false, false, 0, "Q4_1"},
            {F::kQ5_0, kHalf, 0, 1, false, false, 0, "Q5_0"},
            {F::kQ5_1, kHalf, 0, 1, false, false, 0, "Q5_1"},
            {F::kQ8_0, kHalf, 0, 1, false, false, 0, "Q8_0"},
            {F::kQ4_K, kHalf, 0, 1, false, false, 0, "Q4_K"},
            {F::kQ5_K, kHalf, 0, 1, false, false, 0, "Q5_K"},
            {F::kQ6_K, kHalf, 0, 1, false, false, 0, "Q6_K"}};
}

/// A random matrix of a kind.
class PackedSample {
  public:
    PackedSample(const SampleKind& kind, std::int64_t outputs, std::int64_t inputs,
                 std::uint32_t seed)
        : kind_(kind), outputs_(outputs), inputs_(inputs), random_(seed) {
        if (kind_.scaleRows > outputs) kind_.scaleRows = outputs;
        const auto size =
            static_cast<std::size_t>(outputs * kernels::sourceRowBytes(kind.format, inputs));
        words_.resize(size);
        for (auto& byte : words_) byte = static_cast<std::uint8_t>(random_());
        if (kind.format == kernels::SourceFormat::kFp8)
            for (auto& byte : words_)
                if ((byte & 0x7f) == 0x7f) byte ^= 1;
        if (isBlocks())
            makeBlockScales();
        else
            makeScales();
        if (kind_.hasOrder) {
            for (std::int64_t k = 0; k < inputs; ++k)
                order_.push_back(static_cast<std::int32_t>(k));
            for (std::size_t k = order_.size(); k > 1; --k)
                std::swap(order_[k - 1], order_[random_() % k]);
        }
        dequantise();
    }

    std::int64_t outputs() const { return outputs_; }

    std::int64_t inputs() const { return inputs_; }

    std::vector<std::uint8_t>& words() { return words_; }

    /// Their bytes, as scaleType has them.
    const std::vector<std::uint8_t>& scales() const { return scales_; }

    const std::vector<std::uint8_t>& zeros() const { return zeros_; }

    const std::vector<std::int32_t>& order() const { return order_; }

    /// float32 [N, K], inputs in the file's order.
    const std::vector<float>& weights() const { return weights_; }

    /// [N, K] sizes of what a weight is the sum of.
    const std::vector<float>& terms() const { return terms_; }

    /// The source with its arrays at the given places.
    kernels::SourceMatrix source(const std::uint8_t* words, const void* scales,
                                 const std::uint8_t* zeros, const std::int32_t* order) const {
        kernels::SourceMatrix s;
        s.format = kind_.format;
        s.outputs = outputs_;
        s.inputs = inputs_;
        s.words = words;
        s.scales = scales;
        s.scaleType = kind_.scaleType;
        s.scaleRows = kind_.scaleRows;
        s.groupSize = kind_.groupSize;
        s.zeros = kind_.hasZeros ? zeros : nullptr;
        s.order = kind_.hasOrder ? order : nullptr;
        return s;
    }

    kernels::SourceMatrix hostSource() const {
        return source(words_.data(), scales_.data(), zeros_.data(), order_.data());
    }

    /// The shape in tiles.
    kernels::TiledShape shape() const {
        kernels::TiledShape s = kernels::tiledShapeOf(hostSource());
        if (kind_.narrowScales)
            s.scaleType = kind_.narrowScales == 1 ? kernels::ScaleType::kBfloat16
                                                  : kernels::ScaleType::kFloat16;
        return s;
    }

  private:
    bool isBlocks() const { return kernels::sourceBlock(kind_.format).values > 0; }

    // A float16 of size 2^-9 to 2^-5, of either sign unless `positive`.
    std::uint16_t smallHalf(bool positive = false) {
        const auto bits = static_cast<std::uint32_t>(random_());
        return static_cast<std::uint16_t>((bits & 0x3ffu) | (6 + bits / 1024 % 4) << 10 |
                                          (positive ? 0 : bits >> 16 & 0x8000u));
    }

    void put(std::size_t at, std::uint16_t bits) { std::memcpy(&words_[at], &bits, 2); }

    void makeBlockScales() {
        using F = kernels::SourceFormat;
        const auto bytes = static_cast<std::size_t>(kernels::sourceBlock(kind_.format).bytes);
        for (std::size_t at = 0; at < words_.size(); at += bytes) {
            if (kind_.format == F::kQ6_K) {
                put(at + 208, smallHalf());
                continue;
            }
            put(at, smallHalf());
            if (kind_.format == F::kQ4_1 || kind_.format == F::kQ5_1 || kind_.format == F::kQ4_K ||
                kind_.format == F::kQ5_K)
                put(at + 2, smallHalf());
        }
    }

    std::int64_t groups() const {
        return kind_.groupSize == 0 ? 1 : (inputs_ + kind_.groupSize - 1) / kind_.groupSize;
    }

    void makeScales() {
        const std::int64_t rows = (outputs_ + kind_.scaleRows - 1) / kind_.scaleRows;
        for (std::int64_t i = 0; i < rows * groups(); ++i) {
            if (kind_.scaleType == kernels::ScaleType::kFloat16) {
                const std::uint16_t bits = smallHalf();
                scales_.push_back(static_cast<std::uint8_t>(bits));
                scales_.push_back(static_cast<std::uint8_t>(bits >> 8));
                continue;
            }
            const float value = std::ldexp(1 + static_cast<float>(random_() % 4096) / 4096, -8) *
                                (random_() % 2 ? 1.f : -1.f);
            std::uint32_t bits;
            std::memcpy(&bits, &value, 4);
            if (kind_.narrowScales) bits &= kind_.narrowScales == 1 ? 0xffff0000u : 0xffffe000u;
            for (int byte = 0; byte < 4; ++byte)
                scales_.push_back(static_cast<std::uint8_t>(bits >> (8 * byte)));
        }
        if (!kind_.hasZeros) return;
        for (std::int64_t i = 0; i < outputs_ * groups(); ++i)
            zeros_.push_back(static_cast<std::uint8_t>(
                random_() % (kind_.format == kernels::SourceFormat::kInt4 ? 16 : 256)));
    }

    float scaleOf(std::int64_t n, std::int64_t group) const {
        const auto at = static_cast<std::size_t>(n / kind_.scaleRows * groups() + group);
        if (kind_.scaleType == kernels::ScaleType::kFloat16)
            return floatOfHalfBits(sixteenBits(&scales_[2 * at]));
        float value;
        std::memcpy(&value, &scales_[4 * at], 4);
        return value;
    }

    void add(float weight, float term) {
        weights_.push_back(weight);
        terms_.push_back(term);
    }

    void dequantise() {
        const std::int64_t rowBytes = kernels::sourceRowBytes(kind_.format, inputs_);
        if (isBlocks()) {
            const auto bytes = static_cast<std::size_t>(kernels::sourceBlock(kind_.format).bytes);
            for (std::size_t at = 0; at < words_.size(); at += bytes) dequantiseBlock(&words_[at]);
            return;
        }
        // The place of an input in the order, where there is one.
        std::vector<std::int64_t> place(static_cast<std::size_t>(inputs_));
        for (std::int64_t k = 0; k < inputs_; ++k)
            place[static_cast<std::size_t>(kind_.hasOrder ? order_[static_cast<std::size_t>(k)]
                                                          : k)] = k;
        for (std::int64_t n = 0; n < outputs_; ++n)
            for (std::int64_t k = 0; k < inputs_; ++k) {
                const std::uint8_t* row = &words_[static_cast<std::size_t>(n * rowBytes)];
                const std::int64_t group =
                    kind_.groupSize == 0 ? 0 : place[static_cast<std::size_t>(k)] / kind_.groupSize;
                const float scale = scaleOf(n, group);
                float value;
                if (kind_.format == kernels::SourceFormat::kFp8) {
                    value = floatOfFp8Byte(row[k]);
                } else {
                    const bool isInt4 = kind_.format == kernels::SourceFormat::kInt4;
                    const int q = !isInt4 ? row[k] : k % 2 == 0 ? row[k / 2] % 16 : row[k / 2] / 16;
                    const int zero = kind_.hasZeros
                                         ? zeros_[static_cast<std::size_t>(n * groups() + group)]
                                     : isInt4 ? 8
                                              : 128;
                    value = static_cast<float>(q - zero);
                }
                add(value * scale, std::abs(value * scale));
            }
    }

    // Values of one block in order, straight from the format's table.
    void dequantiseBlock(const std::uint8_t* b) {
        using F = kernels::SourceFormat;
        const float d = floatOfHalfBits(sixteenBits(b));
        if (kind_.format == F::kQ8_0) {
            for (int i = 0; i < 32; ++i) {
                const float value = d * static_cast<float>(static_cast<std::int8_t>(b[2 + i]));
                add(value, std::abs(value));
            }
            return;
        }
        if (kind_.format == F::kQ6_K) return dequantiseQ6(b);
        if (kind_.format == F::kQ4_K || kind_.format == F::kQ5_K)
            return dequantiseBlock32(b, d, floatOfHalfBits(sixteenBits(b + 2)));
        const bool hasMin = kind_.format == F::kQ4_1 || kind_.format == F::kQ5_1;
        const bool isFive = kind_.format == F::kQ5_0 || kind_.format == F::kQ5_1;
        const float m = hasMin ? floatOfHalfBits(sixteenBits(b + 2)) : 0;
        const std::uint8_t* rest = b + (hasMin ? 4 : 2);
        std::uint32_t fifth = 0;
        if (isFive) {
            std::memcpy(&fifth, rest, 4);
            rest += 4;
        }
        for (int i = 0; i < 32; ++i) {
            int q = i < 16 ? rest[i] % 16 : rest[i - 16] / 16;
            if (fifth >> i & 1u) q += 16;
            if (!hasMin) q -= isFive ? 16 : 8;
            const float value = d * static_cast<float>(q);
            add(hasMin ? value + m : value, std::abs(value) + std::abs(m));
        }
    }

    void dequantiseBlock32(const std::uint8_t* b, float d, float dmin) {
        const bool isFive = kind_.format == kernels::SourceFormat::kQ5_K;
        const std::uint8_t *s = b + 4, *qh = b + 16, *qs = b + (isFive ? 48 : 16);
        for (int j = 0; j < 8; ++j) {
            const int sc = j < 4 ? s[j] & 63 : (s[j + 4] & 15) | (s[j - 4] >> 6) << 4;
            const int m = j < 4 ? s[j + 4] & 63 : s[j + 4] >> 4 | (s[j] >> 6) << 4;
            const float scale = d * static_cast<float>(sc), least = dmin * static_cast<float>(m);
            for (int i = 0; i < 32; ++i) {
                const std::uint8_t byte = qs[32 * (j / 2) + i];
                int q = j % 2 == 0 ? byte % 16 : byte / 16;
                if (isFive && (qh[i] >> j & 1)) q += 16;
                const float value = scale * static_cast<float>(q);
                add(value - least, std::abs(value) + std::abs(least));
            }
        }
    }

    void dequantiseQ6(const std::uint8_t* b) {
        const float d = floatOfHalfBits(sixteenBits(b + 208));
        for (int k = 0; k < 256; ++k) {
            const int half = k / 128, quarter = k % 128 / 32, i = k % 32;
            const std::uint8_t low = b[64 * half + 32 * (quarter % 2) + i];
            const int bits = b[128 + 32 * half + i] >> (2 * quarter) & 3;
            const int q = (quarter < 2 ? low % 16 : low / 16) + 16 * bits;
            const float scale = d * static_cast<float>(static_cast<std::int8_t>(b[192 + k / 16]));
            const float value = scale * static_cast<float>(q - 32);
            add(value, std::abs(value));
        }
    }

    SampleKind kind_;
    std::int64_t outputs_, inputs_;
    std::mt19937 random_;
    std::vector<std::uint8_t> words_, scales_, zeros_;
    std::vector<std::int32_t> order_;
    std::vector<float> weights_, terms_;
};

}  // namespace reelquery::test
