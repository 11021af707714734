// Packed matrices: the specification's worked examples, and products against the formulas.

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/spec/weight_shapes.h"
#include "core/weights/cpu_product.h"
#include "core/weights/packed_linear.h"
#include "core/weights/packed_matrix.h"
#include "core/weights/weight_packing.h"
#include "core/weights/weight_source.h"

namespace reelquery {

namespace {

at::Tensor bytesOfText(const std::vector<int>& bytes) {
    at::Tensor tensor = at::empty({1, static_cast<std::int64_t>(bytes.size())}, at::kByte);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        tensor.data_ptr<std::uint8_t>()[i] = static_cast<std::uint8_t>(bytes[i]);
    }
    return tensor;
}

PackedMatrix blocks(PackedFormat format, const std::vector<int>& bytes) {
    PackedMatrix matrix;
    matrix.format = format;
    matrix.outputs = 1;
    matrix.inputs = blockShape(format).values;
    matrix.words = bytesOfText(bytes);
    checkPacked(matrix);
    return matrix;
}

float at(const at::Tensor& values, std::int64_t index) {
    return values.flatten()[index].item<float>();
}

/// Any matrix of a format: random bytes, ordinary scales.
PackedMatrix randomMatrix(PackedFormat format, std::int64_t outputs, std::int64_t inputs) {
    if (!blockShape(format).values) {
        const WeightChoice choice = format == PackedFormat::kFp8    ? WeightChoice::kFp8
                                    : format == PackedFormat::kInt8 ? WeightChoice::kInt8
                                                                    : WeightChoice::kInt4;
        return packWeights(at::randn({outputs, inputs}) * 0.02, choice);
    }
    PackedMatrix matrix;
    matrix.format = format;
    matrix.outputs = outputs;
    matrix.inputs = inputs;
    const BlockShape shape = blockShape(format);
    at::Tensor words =
        at::randint(0, 256, {outputs * inputs / shape.values, shape.bytes}, at::kByte);
    const auto put = [&](std::int64_t column) {
        words.select(1, column).fill_(0x12);
        words.select(1, column + 1).fill_(0x21);  // 0.0096 as float16
    };
    put(format == PackedFormat::kQ6_K ? 208 : 0);
    const bool hasTwo = format == PackedFormat::kQ4_1 || format == PackedFormat::kQ5_1 ||
                        format == PackedFormat::kQ4_K || format == PackedFormat::kQ5_K;
    if (hasTwo) put(2);
    matrix.words = words.view({outputs, -1});
    return matrix;
}

constexpr PackedFormat kAll[] = {PackedFormat::kInt4, PackedFormat::kInt8, PackedFormat::kFp8,
                                 PackedFormat::kQ4_0, PackedFormat::kQ4_1, PackedFormat::kQ5_0,
                                 PackedFormat::kQ5_1, PackedFormat::kQ8_0, PackedFormat::kQ4_K,
                                 PackedFormat::kQ5_K, PackedFormat::kQ6_K};

double relative(const at::Tensor& ours, const at::Tensor& expected) {
    const at::Tensor a = ours.to(at::kDouble), b = expected.to(at::kDouble);
    return ((a - b).norm() / b.norm()).item<double>();
}

}  // namespace

TEST_CASE("The worked examples of the K-quants") {
    std::vector<int> q4 = {0x00, 0x38, 0x00, 0x34,  // d = 0.5, dmin = 0.25
                           0x81, 0x82, 0x83, 0x84, 0x40, 0x41, 0x42, 0xC3, 0x45, 0x56, 0x67, 0xF8};
    std::vector<int> q5 = q4;
    q5.insert(q5.end(), 32, 0x85);
    for (int i = 0; i < 128; ++i) {
        q4.push_back(i);
        q5.push_back(i);
    }
    const at::Tensor four = unpack(blocks(PackedFormat::kQ4_K, q4));
    const std::vector<std::pair<int, float>> expected4 = {
        {0, 0},    {1, 0.5},    {31, 7.5},    {32, -0.25}, {63, 0.75},    {64, -0.5},   {96, 3.25},
        {128, -5}, {129, 13.5}, {160, 70.75}, {192, -5.5}, {224, 104.25}, {255, 124.25}};
    for (const auto& [index, value] : expected4) CHECK(at(four, index) == value);
    const at::Tensor five = unpack(blocks(PackedFormat::kQ5_K, q5));
    const std::vector<std::pair<int, float>> expected5 = {{0, 8},     {1, 8.5},      {32, -0.25},
                                                          {64, 23.5}, {224, 424.25}, {255, 444.25}};
    for (const auto& [index, value] : expected5) CHECK(at(five, index) == value);
    std::vector<int> q6;
    for (int i = 0; i < 128; ++i) q6.push_back(i);
    q6.insert(q6.end(), 64, 0xE4);
    for (int j = 1; j <= 16; ++j) q6.push_back(j == 9 ? 256 - 9 : j);
    q6.push_back(0x00);
    q6.push_back(0x34);
    const at::Tensor six = unpack(blocks(PackedFormat::kQ6_K, q6));
    const std::vector<std::pair<int, float>> expected6 = {
        {0, -8},    {1, -7.75}, {16, -16},    {32, -12}, {64, 0},
        {96, 31.5}, {128, 72},  {129, 69.75}, {192, 13}, {255, 92}};
    for (const auto& [index, value] : expected6) CHECK(at(six, index) == value);
}

TEST_CASE("The worked examples of FP8 and of Q8_0") {
    PackedMatrix fp8;
    fp8.format = PackedFormat::kFp8;
    fp8.outputs = 1;
    fp8.inputs = 6;
    fp8.blockRows = 1;
    fp8.blockColumns = 6;
    fp8.words = bytesOfText({0x2A, 0x01, 0x08, 0xB8, 0x7E, 0x7F});
    fp8.scales = at::ones({1, 1});
    const at::Tensor values = unpack(fp8);
    CHECK(at(values, 0) == 0.3125F);
    CHECK(at(values, 1) == 0.001953125F);
    CHECK(at(values, 2) == 0.015625F);
    CHECK(at(values, 3) == -1.0F);
    CHECK(at(values, 4) == 448.0F);
    CHECK(std::isnan(at(values, 5)));
    std::vector<int> q8 = {0x00, 0x38};
    for (int i = -16; i < 16; ++i) q8.push_back(i & 255);
    const at::Tensor eight = unpack(blocks(PackedFormat::kQ8_0, q8));
    CHECK(at(eight, 0) == -8.0F);
    CHECK(at(eight, 1) == -7.5F);
    CHECK(at(eight, 31) == 7.5F);
}

TEST_CASE("FP8 values with blocks that do not fill the matrix") {
    PackedMatrix matrix;
    matrix.format = PackedFormat::kFp8;
    matrix.outputs = 200;
    matrix.inputs = 192;
    matrix.blockRows = matrix.blockColumns = 128;
    matrix.words = at::full({200, 192}, 0x2A, at::kByte);
    matrix.scales = at::tensor({0.002F, 1.0F, 2.0F, 4.0F}).view({2, 2});
    checkPacked(matrix);
    const at::Tensor values = unpack(matrix);
    CHECK(at(values, 0) == 0.3125F * 0.002F);
    CHECK(values[127][128].item<float>() == 0.3125F);
    CHECK(values[128][127].item<float>() == 0.625F);
    CHECK(values[199][191].item<float>() == 1.25F);
    const at::Tensor x = at::randn({1, 192});
    // Equal weights make sums of x that may cancel to any small number: what counts is the size of
    // their terms.
    const at::Tensor wide = values.to(at::kDouble);
    const at::Tensor exact = at::linear(x.to(at::kDouble), wide);
    const at::Tensor terms = at::linear(x.to(at::kDouble).abs(), wide);
    const at::Tensor off = (multiplyPacked(x, matrix).to(at::kDouble) - exact).abs() / terms;
    CHECK(off.max().item<double>() < 2e-7);
    CHECK(at::equal(unpack(matrix.slice(128, 200)), values.narrow(0, 128, 72)));
}

TEST_CASE("Products with packed matrices of any number of rows follow the formula") {
    at::manual_seed(5);
    for (const PackedFormat format : kAll) {
        for (const std::int64_t outputs : {1, 40, 300}) {
            const PackedMatrix matrix = randomMatrix(format, outputs, 512);
            const at::Tensor w = unpack(matrix);
            for (const std::int64_t rows : {1, 2, 33}) {
                const at::Tensor x = at::randn({rows, 512});
                CAPTURE(packedFormatName(format), outputs, rows);
                CHECK(relative(multiplyPacked(x, matrix), at::linear(x, w)) < 2e-6);
                const at::Tensor narrow = x.to(at::kBFloat16);
                const at::Tensor exact = at::linear(narrow.to(at::kFloat), w);
                // bf16 rounds the result by up to 2^-9, and with more rows each weight.
                CHECK(relative(multiplyPacked(narrow, matrix), exact) < 0x1p-7);
            }
        }
    }
}

TEST_CASE("Weights in an order of their own are multiplied as they are") {
    at::manual_seed(6);
    for (const PackedFormat format : {PackedFormat::kInt4, PackedFormat::kInt8}) {
        PackedMatrix matrix = randomMatrix(format, 64, 512);
        const at::Tensor regular = at::arange(512, at::kLong).div(128, "floor").to(at::kInt);
        matrix.groupOf = regular.index_select(0, at::randperm(512)).contiguous();
        const at::Tensor w = unpack(matrix);
        const PackedLinear map(matrix, {}, at::kFloat);
        for (const std::int64_t rows : {1, 5}) {
            const at::Tensor x = at::randn({rows, 512});
            CHECK(relative(map.apply(x), at::linear(x, w)) < 2e-6);
        }
        CHECK(map.isProductFast());
        // Groups of unequal size have no order that makes them regular.
        matrix.groupOf = at::zeros({512}, at::kInt);
        matrix.groupOf.narrow(0, 300, 212).fill_(2);
        const PackedLinear odd(matrix, {}, at::kFloat);
        const at::Tensor x = at::randn({3, 512});
        CHECK(relative(odd.apply(x), at::linear(x, unpack(matrix))) < 2e-6);
        CHECK(!odd.isProductFast());
    }
}

TEST_CASE("Embeddings are looked up in packed rows") {
    for (const PackedFormat format : kAll) {
        const PackedMatrix matrix = randomMatrix(format, 40, 256);
        const PackedLinear map(matrix, {}, at::kBFloat16);
        const at::Tensor index = at::tensor({39, 0, 7, 7}, at::kLong);
        CAPTURE(packedFormatName(format));
        CHECK(at::equal(map.rows(index), unpack(matrix).index_select(0, index).to(at::kBFloat16)));
    }
}

TEST_CASE("Packing rounds to the nearest value of the format") {
    at::manual_seed(7);
    for (const std::int64_t inputs : {128, 200, 1536}) {
        const at::Tensor w = at::randn({50, inputs}).to(at::kBFloat16);
        // Half a step is lost at most, its root mean square is step / sqrt(12). The largest of 128
        // normal values is about 2.7: a step of 2.7 / 127 for int8, 5.3 / 15 for int4.
        const double bounds[] = {0.03, 0.007, 0.11};
        for (const WeightChoice choice :
             {WeightChoice::kFp8, WeightChoice::kInt8, WeightChoice::kInt4}) {
            const PackedMatrix matrix = packWeights(w, choice);
            const at::Tensor back = unpack(matrix), wide = w.to(at::kFloat);
            CAPTURE(inputs, packedFormatName(matrix.format));
            CHECK(relative(back, wide) < bounds[static_cast<int>(choice) - 1]);
            CHECK(matrix.bytes() == packedBytes(choice, 50, inputs));
            if (choice == WeightChoice::kFp8) continue;
            // No value is further off than half a step of its group.
            const at::Tensor step = matrix.scales.to(at::kFloat).repeat_interleave(128, 1);
            const at::Tensor off = (back - wide).abs() / step.narrow(1, 0, inputs);
            CHECK(off.max().item<float>() < 0.51F);
        }
    }
    CHECK(unpack(packWeights(at::zeros({3, 128}), WeightChoice::kInt4)).abs().max().item<float>() ==
          0.0F);
}

TEST_CASE("Packing concerns the layers, and on a processor the head in 8 bits") {
    const ComputeTarget host, card = {.bfloat16 = true, .cudaDevice = 0};
    const std::string layer = "model.layers.3.mlp.up_proj.weight";
    const auto int4 = WeightChoice::kInt4, stored = WeightChoice::kStored;
    for (const ComputeTarget& target : {host, card}) {
        CHECK(packedAs(layer, int4, target, true) == int4);
        CHECK(packedAs(layer, stored, target, true) == stored);
        CHECK(packedAs("model.norm.weight", int4, target, true) == stored);
    }
    CHECK(packedAs(kHeadWeight, int4, host, true) == WeightChoice::kInt8);
    CHECK(packedAs(kHeadWeight, int4, card, true) == stored);
    CHECK(packedAs(kHeadWeight, WeightChoice::kFp8, host, true) == stored);
    CHECK(packedAs(kEmbeddingWeight, int4, host, true) == stored);  // rows of it are looked up
    CHECK(packedAs(kEmbeddingWeight, int4, host, false) == WeightChoice::kInt8);
}

TEST_CASE("Matrices joined are the matrices one after the other") {
    for (const PackedFormat format : kAll) {
        const PackedMatrix a = randomMatrix(format, 40, 256), b = randomMatrix(format, 24, 256);
        const PackedMatrix both = joinPacked({a, b});
        CAPTURE(packedFormatName(format));
        REQUIRE(both.words.defined());
        checkPacked(both);
        CHECK(at::equal(unpack(both), at::cat({unpack(a), unpack(b)})));
    }
    const PackedMatrix a = randomMatrix(PackedFormat::kQ4_K, 40, 256);
    const PackedMatrix b = randomMatrix(PackedFormat::kQ6_K, 40, 256);
    CHECK(!joinPacked({a, b}).words.defined());
}

TEST_CASE("One row of bf16 by a plain matrix") {
    for (const std::int64_t inputs : {256, 1000}) {
        const at::Tensor w = at::randn({300, inputs}).to(at::kBFloat16);
        const at::Tensor x = at::randn({1, inputs}).to(at::kBFloat16);
        REQUIRE(isPlainRow(x, w));
        const at::Tensor exact = at::linear(x.to(at::kDouble), w.to(at::kDouble));
        CHECK(relative(multiplyPlainRow(x, w), exact) < 4e-3);
    }
}

}  // namespace reelquery
