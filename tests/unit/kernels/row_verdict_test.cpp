// The yardstick by which the GPU tests judge a row, tried on rows made here.

#include "tests/gpu/row_verdict.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "kernels/bfloat16.h"

namespace reelquery::test {

using namespace kernels;

namespace {

constexpr int kDim = 64;

float roundedToBf16(double value) {
    return floatFromBfloat16(bfloat16FromFloat(static_cast<float>(value)));
}

/// One row of attention over random scores and values, three ways.
struct Row {
    std::vector<double> exact = std::vector<double>(kDim);
    std::vector<double> rounded = std::vector<double>(kDim);  // the yardstick
    std::vector<double> computed = std::vector<double>(kDim);

    RowVerdict verdict() const {
        return judgeRow([&](int d) { return computed[static_cast<std::size_t>(d)]; }, exact.data(),
                        rounded.data(), kDim);
    }
};

/// As a kernel computes it: from the last block of 128 keys down, weights relative to the running
/// maximum and rounded to bf16, sums in float32. missing: a block it leaves out, or -1.
Row randomRow(std::size_t keys, std::uint32_t seed, std::ptrdiff_t missing) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> scores(keys), values(keys * kDim);
    for (float& score : scores) score = normal(random);
    // Cheap noise of the same variance; a normal one of this size takes seconds.
    for (float& value : values)
        value = roundedToBf16((static_cast<double>(random()) / 4294967296.0 - 0.5) * 3.46);
    const double largest = *std::max_element(scores.begin(), scores.end());
    Row row;
    double total = 0;
    for (std::size_t key = 0; key < keys; ++key) {
        const double weight = std::exp(scores[key] - largest);
        total += weight;
        for (std::size_t d = 0; d < kDim; ++d) {
            row.exact[d] += weight * values[key * kDim + d];
            row.rounded[d] += roundedToBf16(weight) * values[key * kDim + d];
        }
    }
    for (std::size_t d = 0; d < kDim; ++d) {
        row.exact[d] /= total;
        row.rounded[d] = roundedToBf16(row.rounded[d] / total);
    }
    float top = -INFINITY, sum = 0;
    std::vector<float> out(kDim);
    for (std::size_t block = (keys + 127) / 128; block-- > 0;) {
        if (static_cast<std::ptrdiff_t>(block) == missing) continue;
        const auto begin = scores.begin() + static_cast<std::ptrdiff_t>(block * 128);
        const auto end =
            scores.begin() + static_cast<std::ptrdiff_t>(std::min(keys, block * 128 + 128));
        const float newest = std::max(top, *std::max_element(begin, end));
        const float scaleOld = std::exp(top - newest);
        top = newest;
        sum *= scaleOld;
        for (float& value : out) value *= scaleOld;
        for (std::size_t key = block * 128; key < std::min(keys, block * 128 + 128); ++key) {
            const float weight = std::exp(scores[key] - top);
            sum += weight;
            for (std::size_t d = 0; d < kDim; ++d)
                out[d] += roundedToBf16(weight) * values[key * kDim + d];
        }
    }
    for (std::size_t d = 0; d < kDim; ++d) row.computed[d] = roundedToBf16(out[d] / sum);
    return row;
}

}  // namespace

TEST_CASE("A row computed as the kernels do passes, one that lacks a block of 128 keys does not") {
    const std::size_t keys = GENERATE(300, 2050, 131072, 262144);
    const RowVerdict sound = randomRow(keys, 5, -1).verdict();
    CAPTURE(keys, sound.error, sound.yardstick);
    CHECK(sound.passed);
    const RowVerdict damaged =
        randomRow(keys, 5, static_cast<std::ptrdiff_t>(keys / 256)).verdict();
    CAPTURE(damaged.error);
    CHECK_FALSE(damaged.passed);
    CHECK(damaged.error > 3 * kRowTolerance * damaged.yardstick);  // and not by a hair
}

TEST_CASE("NaN and Inf must stand where the exact row has them, and nowhere else") {
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    constexpr double kInf = std::numeric_limits<double>::infinity();
    const auto judge = [](double got, double want) {
        return judgeRow([&](int) { return got; }, &want, &want, 1).passed;
    };
    CHECK(judge(1, 1));
    CHECK_FALSE(judge(1, 1.01));
    CHECK(judge(kNan, kInf));  // 0 * Inf of a weight that underflows is NaN
    CHECK_FALSE(judge(kNan, 1));
    CHECK_FALSE(judge(0, kNan));
}

}  // namespace reelquery::test
