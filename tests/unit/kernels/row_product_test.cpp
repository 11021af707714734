// One row times a matrix, plain or packed, on every instruction set, against sums in double over
// values that the portable code unpacks (which tests/unit/weights holds to the formats' formulas).

#include "kernels/cpu/row_product.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "kernels/bfloat16.h"
#include "kernels/cpu/thread_workers.h"

namespace reelquery::kernels {

namespace {

struct Format {
    WeightFormat format;
    std::int64_t values, bytes;  // of a block; 0: integers, fp8 or bf16
};

constexpr Format kFormats[] = {{WeightFormat::kBf16, 0, 0},     {WeightFormat::kInt4, 0, 0},
                               {WeightFormat::kInt8, 0, 0},     {WeightFormat::kFp8, 0, 0},
                               {WeightFormat::kQ4_0, 32, 18},   {WeightFormat::kQ4_1, 32, 20},
                               {WeightFormat::kQ5_0, 32, 22},   {WeightFormat::kQ5_1, 32, 24},
                               {WeightFormat::kQ8_0, 32, 34},   {WeightFormat::kQ4_K, 256, 144},
                               {WeightFormat::kQ5_K, 256, 176}, {WeightFormat::kQ6_K, 256, 210}};

/// A matrix of random bytes whose scales are ordinary numbers.
struct RandomMatrix {
    WeightRows rows;
    std::vector<std::uint8_t> words, zeros;
    std::vector<float> scales;
    std::vector<std::uint16_t> halves;

    RandomMatrix(const Format& format, std::int64_t outputs, std::int64_t inputs,
                 std::int64_t groupSize, bool hasZeros, bool halfScales, std::mt19937& random) {
        rows.format = format.format;
        rows.outputs = outputs;
        rows.inputs = inputs;
        if (format.values > 0) {
            rows.rowBytes = inputs / format.values * format.bytes;
        } else if (format.format == WeightFormat::kBf16) {
            rows.rowBytes = 2 * inputs;
        } else {
            rows.rowBytes = format.format == WeightFormat::kInt4 ? 4 * ((inputs + 7) / 8)
                                                                 : 4 * ((inputs + 3) / 4);
        }
        words.resize(static_cast<std::size_t>(outputs * rows.rowBytes) + 8192);
        for (auto& byte : words) byte = static_cast<std::uint8_t>(random());
        rows.words = words.data();
        if (format.format == WeightFormat::kBf16) fillBf16(random);
        if (format.values > 0) calmScales(format);
        if (format.format == WeightFormat::kFp8) {
            for (auto& byte : words) byte = (byte & 0x7f) == 0x7f ? 0x30 : byte;
            rows.blockRows = 3;
            rows.blockColumns = 128;
            rows.scaleColumns = (inputs + 127) / 128;
            fillScales((outputs + 2) / 3 * rows.scaleColumns, random);
        }
        if (format.format == WeightFormat::kInt4 || format.format == WeightFormat::kInt8) {
            rows.groupSize = groupSize;
            rows.groups = (inputs + groupSize - 1) / groupSize;
            fillScales(outputs * rows.groups, random);
            if (halfScales) useHalves();
            for (std::int64_t i = 0; hasZeros && i < outputs * rows.groups; ++i) {
                zeros.push_back(static_cast<std::uint8_t>(
                    random() % (format.format == WeightFormat::kInt4 ? 17 : 256)));
            }
            rows.zeros = hasZeros ? zeros.data() : nullptr;
        }
    }

    RandomMatrix(const RandomMatrix&) = delete;
    RandomMatrix& operator=(const RandomMatrix&) = delete;

  private:
    void fillBf16(std::mt19937& random) {
        std::normal_distribution<float> normal;
        auto* values = reinterpret_cast<std::uint16_t*>(words.data());
        for (std::int64_t i = 0; i < rows.outputs * rows.inputs; ++i) {
            values[i] = bfloat16FromFloat(normal(random));
        }
    }

    void fillScales(std::int64_t count, std::mt19937& random) {
        std::uniform_real_distribution<float> uniform(0.001F, 0.02F);
        for (std::int64_t i = 0; i < count; ++i) scales.push_back(uniform(random));
        rows.scales = scales.data();
    }

    void useHalves() {
        std::mt19937 random(3);
        for (std::size_t i = 0; i < scales.size(); ++i) {
            halves.push_back(static_cast<std::uint16_t>(0x1000 + random() % 0x1400));
        }
        halves.front() = 0x0003;  // below float16's normal numbers
        rows.scales = halves.data();
        rows.halfScales = 1;
    }

    /// float16 numbers of about 0.01 where the blocks have theirs.
    void calmScales(const Format& format) {
        const auto put = [&](std::uint8_t* at) {
            at[0] = 0x12;
            at[1] = 0x21;
        };
        const bool hasTwo =
            format.format != WeightFormat::kQ4_0 && format.format != WeightFormat::kQ5_0 &&
            format.format != WeightFormat::kQ8_0 && format.format != WeightFormat::kQ6_K;
        for (std::int64_t at = 0; at + format.bytes <= rows.outputs * rows.rowBytes;
             at += format.bytes) {
            std::uint8_t* block = words.data() + at;
            put(format.format == WeightFormat::kQ6_K ? block + 208 : block);
            if (hasTwo) put(block + 2);
        }
    }
};

std::vector<CpuIsa> isas() {
    std::vector<CpuIsa> all;
    for (int isa = 0; isa <= static_cast<int>(bestCpuIsa()); ++isa) {
        all.push_back(static_cast<CpuIsa>(isa));
    }
    return all;
}

void checkMatrix(const RandomMatrix& matrix, std::mt19937& random) {
    const WeightRows& rows = matrix.rows;
    ThreadWorkers workers(2);
    std::normal_distribution<float> normal;
    std::vector<std::uint16_t> narrow;
    std::vector<float> wide;
    for (std::int64_t k = 0; k < rows.inputs; ++k) {
        narrow.push_back(bfloat16FromFloat(normal(random)));
        wide.push_back(floatFromBfloat16(narrow.back()));
    }
    std::vector<float> values(static_cast<std::size_t>(rows.outputs * rows.inputs));
    unpackWeightRows(workers, CpuIsa::kGeneric, rows, 0, rows.outputs, values.data(), false);
    for (const CpuIsa isa : isas()) {
        std::vector<float> same(values.size());
        unpackWeightRows(workers, isa, rows, 0, rows.outputs, same.data(), false);
        std::vector<std::uint16_t> rounded(values.size());
        unpackWeightRows(workers, isa, rows, 0, rows.outputs, rounded.data(), true);
        double off = 0;
        std::size_t notRounded = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            off = std::max(off, std::abs(static_cast<double>(same[i]) - values[i]) /
                                    (1e-6 + std::abs(values[i])));
            notRounded += rounded[i] != bfloat16FromFloat(same[i]);
        }
        CAPTURE(cpuIsaName(isa), static_cast<int>(rows.format), rows.outputs, rows.inputs,
                rows.groupSize);
        CHECK(off < 1e-5);  // a fused multiply-add rounds once less
        CHECK(notRounded == 0);
        for (const bool isBf16 : {false, true}) {
            std::vector<float> y(static_cast<std::size_t>(rows.outputs), 1e30F);
            const void* x = isBf16 ? static_cast<const void*>(narrow.data()) : wide.data();
            multiplyRow(workers, isa, rows, x, isBf16, y.data());
            double worst = 0;
            for (std::int64_t n = 0; n < rows.outputs; ++n) {
                double sum = 0, size = 0;
                for (std::int64_t k = 0; k < rows.inputs; ++k) {
                    const double term =
                        static_cast<double>(values[static_cast<std::size_t>(n * rows.inputs + k)]) *
                        wide[static_cast<std::size_t>(k)];
                    sum += term;
                    size += term * term;
                }
                worst = std::max(worst, std::abs(sum - y[static_cast<std::size_t>(n)]) /
                                            (1e-6 + std::sqrt(size)));
            }
            CAPTURE(isBf16);
            CHECK(worst < 2e-5);  // of the size of the sum's terms
        }
    }
}

}  // namespace

TEST_CASE("Row products of every format equal sums in double on every instruction set") {
    std::mt19937 random(7);
    for (const Format& format : kFormats) {
        for (const std::int64_t outputs : {1, 7, 130}) {
            for (const std::int64_t inputs : {256, 1536}) {
                checkMatrix(RandomMatrix(format, outputs, inputs, 128, true, true, random), random);
            }
        }
    }
}

TEST_CASE("A weight in FP8 that is no number makes no number of its row alone") {
    std::mt19937 random(9);
    ThreadWorkers workers(1);
    const std::vector<float> x(96, 0.0F);
    for (const std::uint8_t code : {0x7f, 0xff}) {
        RandomMatrix matrix({WeightFormat::kFp8, 0, 0}, 3, 96, 96, false, false, random);
        std::fill(matrix.words.begin(), matrix.words.end(), std::uint8_t{0x38});
        matrix.words[96 + 61] = code;
        for (const CpuIsa isa : isas()) {
            CAPTURE(cpuIsaName(isa), static_cast<int>(code));
            std::vector<float> y(3), values(3 * 96);
            multiplyRow(workers, isa, matrix.rows, x.data(), false, y.data());
            unpackWeightRows(workers, isa, matrix.rows, 0, 3, values.data(), false);
            CHECK(y[0] == 0);
            CHECK(std::isnan(y[1]));
            CHECK(y[2] == 0);
            CHECK(std::isnan(values[96 + 61]));
            CHECK(values[96 + 60] == values[0]);
        }
    }
}

TEST_CASE("Row products take odd sizes, groups of any length, both kinds of scales and no zeros") {
    std::mt19937 random(8);
    for (const WeightFormat kind : {WeightFormat::kInt4, WeightFormat::kInt8}) {
        const Format format = {kind, 0, 0};
        for (const std::int64_t groupSize : {32, 64, 96, 128, 256, 384}) {
            for (const bool hasZeros : {false, true}) {
                for (const bool half : {false, true}) {
                    checkMatrix(RandomMatrix(format, 5, 768, groupSize, hasZeros, half, random),
                                random);
                }
            }
        }
        for (const std::int64_t inputs : {1, 3, 31, 100, 129, 2050}) {
            checkMatrix(RandomMatrix(format, 3, inputs, 128, true, true, random), random);
        }
        checkMatrix(RandomMatrix(format, 9, 1024, 1024, false, true, random), random);
    }
    for (const WeightFormat kind : {WeightFormat::kBf16, WeightFormat::kFp8}) {
        for (const std::int64_t inputs : {1, 3, 31, 100, 129, 2050}) {
            // fp8 rows have no words to fill up.
            if (kind == WeightFormat::kFp8 && inputs % 4 != 0) continue;
            checkMatrix(RandomMatrix({kind, 0, 0}, 7, inputs, 128, false, false, random), random);
        }
    }
}

}  // namespace reelquery::kernels
