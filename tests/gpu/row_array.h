#pragma once
// Rows of bf16 or float32 on the device amid poison, for the checks of the row kernels.

#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "kernels/attention_params.h"
#include "tests/gpu/bfloat16_bits.h"
#include "tests/gpu/device_memory.h"

namespace reelquery::test {

/// [rows, width] values, `stride` values from row to row. Everything between, before and behind the
/// rows is 0xff bytes (NaN).
class RowArray {
  public:
    /// shift: values by which the first row misses a boundary of 16 bytes.
    RowArray(kernels::Dtype dtype, std::int64_t rows, std::int64_t width, std::int64_t stride,
             int shift = 0)
        : isShort_(dtype == kernels::Dtype::kBfloat16),
          rows_(rows),
          width_(width),
          stride_(stride),
          first_(kGuard + shift),
          device_(static_cast<std::size_t>(rows * stride + 2 * kGuard + shift) * size()) {
        device_.fill(0xff);
    }

    void* get() const { return device_.get() + first_ * size(); }

    std::int64_t stride() const { return stride_; }

    /// Fills the rows with normal values times `scale`, rounded to the type.
    void fillRandom(std::uint32_t seed, double scale) {
        std::mt19937 random(seed);
        std::normal_distribution<float> normal(0, static_cast<float>(scale));
        std::vector<char> bytes = device_.toHost();
        for (std::int64_t row = 0; row < rows_; ++row)
            for (std::int64_t i = 0; i < width_; ++i) put(bytes, row, i, normal(random));
        require(cudaMemcpy(device_.get(), bytes.data(), bytes.size(), cudaMemcpyHostToDevice),
                "writing rows");
    }

    /// The values, [rows * width].
    std::vector<double> values() const {
        const std::vector<char> bytes = device_.toHost();
        std::vector<double> out;
        for (std::int64_t row = 0; row < rows_; ++row)
            for (std::int64_t i = 0; i < width_; ++i) out.push_back(at(bytes, row, i));
        return out;
    }

    /// Bytes outside the rows that are no longer poison.
    std::int64_t strayed() const {
        std::vector<char> bytes = device_.toHost();
        for (std::int64_t row = 0; row < rows_; ++row)
            std::memset(&bytes[byteOf(row, 0)], 0xff, static_cast<std::size_t>(width_) * size());
        std::int64_t count = 0;
        for (const char byte : bytes) count += byte != static_cast<char>(0xff);
        return count;
    }

  private:
    static constexpr std::int64_t kGuard = 64;  // values on either side

    std::size_t size() const { return isShort_ ? 2 : 4; }

    std::size_t byteOf(std::int64_t row, std::int64_t i) const {
        return static_cast<std::size_t>(first_ + row * stride_ + i) * size();
    }

    void put(std::vector<char>& bytes, std::int64_t row, std::int64_t i, float value) const {
        const std::uint16_t bits = toBits(value);
        std::memcpy(&bytes[byteOf(row, i)], isShort_ ? static_cast<const void*>(&bits) : &value,
                    size());
    }

    double at(const std::vector<char>& bytes, std::int64_t row, std::int64_t i) const {
        std::uint16_t bits;
        float value;
        std::memcpy(isShort_ ? static_cast<void*>(&bits) : &value, &bytes[byteOf(row, i)], size());
        return isShort_ ? toFloat(bits) : value;
    }

    bool isShort_;
    std::int64_t rows_, width_, stride_, first_;
    DeviceArray<char> device_;
};

}  // namespace reelquery::test
