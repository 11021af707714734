// Linear maps over packed weights on a card, of every format, against the same weights unpacked on
// the host by the formats' tables.

#include <ATen/ATen.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "core/device/cuda_libraries.h"
#include "core/device/device_graph.h"
#include "core/weights/card_linear.h"
#include "core/weights/weight_packing.h"
#include "tests/gpu/packed_sample.h"

namespace reelquery {

namespace {

at::Device card() {
    return {at::kCUDA, static_cast<c10::DeviceIndex>(cudaLibraries().usable()->card.index)};
}

template <class T>
at::Tensor tensorOf(const std::vector<T>& values, at::ScalarType type, at::IntArrayRef shape) {
    at::Tensor tensor = at::empty(shape, type);
    REQUIRE(tensor.nbytes() == values.size() * sizeof(T));
    std::memcpy(tensor.mutable_data_ptr(), values.data(), tensor.nbytes());
    return tensor;
}

/// A sample as a loader hands it over, on the host; its weights [N, K] float32.
struct Sample {
    PackedMatrix matrix;
    at::Tensor weights;

    Sample(const test::SampleKind& kind, std::int64_t outputs, std::int64_t inputs,
           std::uint32_t seed) {
        test::PackedSample sample(kind, outputs, inputs, seed);
        matrix.format = static_cast<PackedFormat>(kind.format);
        REQUIRE(std::string(packedFormatName(matrix.format)).substr(0, 2) ==
                std::string(kind.name).substr(0, 2));
        matrix.outputs = outputs;
        matrix.inputs = inputs;
        matrix.groupSize = kind.groupSize == 0 ? inputs : kind.groupSize;
        matrix.words =
            tensorOf(sample.words(), at::kByte, {outputs, packedRowBytes(matrix.format, inputs)});
        weights = tensorOf(sample.weights(), at::kFloat, {outputs, inputs});
        if (matrix.isBlocks()) return;
        const std::int64_t groups = (inputs + matrix.groupSize - 1) / matrix.groupSize;
        const std::int64_t scaleRows = std::min(kind.scaleRows, outputs);
        matrix.blockRows = scaleRows;
        matrix.blockColumns = matrix.groupSize;
        const bool isHalf = kind.scaleType == kernels::ScaleType::kFloat16;
        matrix.scales = tensorOf(sample.scales(), isHalf ? at::kHalf : at::kFloat,
                                 {(outputs + scaleRows - 1) / scaleRows, groups});
        if (kind.hasZeros) matrix.zeros = tensorOf(sample.zeros(), at::kByte, {outputs, groups});
        if (!kind.hasOrder) return;
        matrix.groupOf = at::empty({inputs}, at::kInt);
        for (std::int64_t place = 0; place < inputs; ++place)
            matrix.groupOf[sample.order()[static_cast<std::size_t>(place)]] =
                static_cast<int>(place / matrix.groupSize);
    }
};

/// Largest difference as a share of what rounding to bf16 (or float32 sums) explains.
double shareOfRounding(const at::Tensor& got, const at::Tensor& x, const at::Tensor& weights,
                       const at::Tensor& bias, double slack) {
    const at::Tensor wide = x.cpu().to(at::kDouble), w = weights.to(at::kDouble);
    at::Tensor want = wide.mm(w.t()), terms = wide.abs().mm(w.abs().t());
    if (bias.defined()) {
        want = want + bias.cpu().to(at::kDouble);
        terms = terms + bias.cpu().to(at::kDouble).abs();
    }
    const double rounding = got.scalar_type() == at::kFloat ? 0x1p-24 : 0x1p-8;
    const at::Tensor allowed = want.abs() * (rounding * 1.01) + terms * slack;
    return (got.cpu().to(at::kDouble) - want).abs().div(allowed).max().item<double>();
}

}  // namespace

TEST_CASE("Packed maps on a card multiply as their weights do", "[packed]") {
    at::manual_seed(5);
    for (const test::SampleKind& kind : test::sampleKinds()) {
        const std::int64_t outputs = 112, inputs = 768;
        const Sample sample(kind, outputs, inputs, 31);
        CAPTURE(kind.name);
        const at::Tensor bias = at::randn({outputs}).to(at::kBFloat16);
        const auto map = makePackedLinear(sample.matrix.to(card()), bias.to(card()), at::kBFloat16);
        REQUIRE(dynamic_cast<const CardLinear*>(map.get()));
        CHECK(map->outputs() == outputs);
        for (const std::int64_t rows : {0, 1, 3, 8, 9, 32, 33, 200}) {
            const at::Tensor x = at::randn({rows, inputs}).to(at::kBFloat16).to(card());
            const at::Tensor y = map->apply(x);
            REQUIRE(y.sizes() == at::IntArrayRef({rows, outputs}));
            if (rows == 0) continue;
            CAPTURE(rows);
            // Beyond 32 rows W is rounded to bf16 first.
            CHECK(shareOfRounding(y, x, sample.weights, bias, rows > 32 ? 0x1p-8 : 1e-4) <= 1);
            if (rows > 32) continue;
            CHECK(y.narrow(0, rows - 1, 1).equal(map->apply(x.narrow(0, rows - 1, 1))));
            // Rows that lie apart, and not on 16 bytes.
            const at::Tensor apart = at::zeros({rows, inputs + 3}, x.options());
            apart.narrow(1, 1, inputs).copy_(x);
            CHECK(map->apply(apart.narrow(1, 1, inputs)).equal(y));
        }
        const auto wide = makePackedLinear(sample.matrix.to(card()), {}, at::kFloat);
        const at::Tensor x = at::randn({3, inputs}).to(card());
        CHECK(shareOfRounding(wide->apply(x), x, sample.weights, {}, 1e-5) <= 1);
        if (kind.hasOrder) continue;
        const at::Tensor index = at::tensor({111, 0, 17, 17, 5, 88, 64, 31, 2}, at::kLong);
        CHECK(wide->rows(index.to(card())).cpu().equal(sample.weights.index_select(0, index)));
    }
}

TEST_CASE("Packed maps on a card are joined by their tiles", "[packed]") {
    at::manual_seed(6);
    for (const test::SampleKind& kind : test::sampleKinds()) {
        if (kind.hasOrder) continue;
        CAPTURE(kind.name);
        const Sample q(kind, 64, 512, 1), k(kind, 16, 512, 2), v(kind, 24, 512, 3),
            odd(kind, 5, 512, 4);
        const auto map = [&](const Sample& sample) {
            return makePackedLinear(
                sample.matrix.to(card()),
                at::ones({sample.matrix.outputs},
                         at::TensorOptions().dtype(at::kBFloat16).device(card())),
                at::kBFloat16);
        };
        const auto joined = map(q)->joined({map(q), map(k), map(v)});
        REQUIRE(joined);
        CHECK(joined->outputs() == 104);
        CHECK_FALSE(map(odd)->joined({map(odd), map(q)}));
        const at::Tensor x = at::randn({5, 512}).to(at::kBFloat16).to(card());
        CHECK(joined->apply(x).equal(
            at::cat({map(q)->apply(x), map(k)->apply(x), map(v)->apply(x)}, 1)));
        const at::Tensor many = at::randn({70, 512}).to(at::kBFloat16).to(card());
        CHECK(shareOfRounding(joined->apply(many), many, at::cat({q.weights, k.weights, v.weights}),
                              at::ones({104}), 0x1p-8) <= 1);
    }
}

TEST_CASE("A packed map is recorded in a graph", "[packed]") {
    at::manual_seed(7);
    const at::Tensor weight = at::randn({300, 256}).mul(0.02);
    for (const WeightChoice choice :
         {WeightChoice::kInt4, WeightChoice::kInt8, WeightChoice::kFp8}) {
        const PackedMatrix matrix = packWeights(weight, choice);
        const auto map = makePackedLinear(matrix.to(card()), {}, at::kBFloat16);
        const at::Tensor x = at::randn({1, 256}).to(at::kBFloat16).to(card());
        const at::Tensor y = at::zeros({1, 300}, x.options());
        std::string problem;
        const auto graph = recordGraph(
            card().index(), [&] { y.copy_(map->apply(x)); }, problem);
        INFO(problem);
        REQUIRE(graph);
        x.copy_(at::randn({1, 256}).to(at::kBFloat16));
        graph->replay();
        CHECK(y.equal(map->apply(x)));
        CHECK(shareOfRounding(y, x, unpack(matrix), {}, 1e-4) <= 1);
    }
}

TEST_CASE("Many rows of FP8 with a scale an output are multiplied in FP8 where the card does",
          "[packed]") {
    at::manual_seed(9);
    const at::Tensor weight = at::randn({512, 1024}).mul(0.02);
    const PackedMatrix matrix = packWeights(weight, WeightChoice::kFp8);
    const at::Tensor bias = at::randn({512}).to(at::kBFloat16);
    const auto map = makePackedLinear(matrix.to(card()), bias.to(card()), at::kBFloat16);
    at::Tensor x = at::randn({700, 1024}).mul(at::randn({700, 1}).exp()).to(at::kBFloat16);
    x[3].zero_();
    const at::Tensor y = map->apply(x.to(card()));
    // x as FP8 by torch's own rounding, row by row.
    const at::Tensor wide = x.to(at::kFloat);
    const at::Tensor scales = std::get<0>(wide.abs().max(1, true)).div(448);
    const at::Tensor rounded =
        wide.div(scales.clamp_min(1e-30)).to(at::kFloat8_e4m3fn).to(at::kFloat).mul(scales);
    const at::Tensor w = unpack(matrix);
    const double inFp8 = shareOfRounding(y, rounded, w, bias, 2e-3);
    const double inBf16 = shareOfRounding(y, x, w, bias, 0x1p-8);
    std::printf("FP8 rows: %.3f of what rounding x to FP8 allows, %.3f of bf16\n", inFp8, inBf16);
    CHECK(std::min(inFp8, inBf16) <= 1);
    // On a card that is known to do it, it is done.
    const auto& own = cudaLibraries().usable()->card;
    if (own.major == 9) CHECK(inFp8 <= 1);
    CHECK(y[3].cpu().equal(bias));
}

TEST_CASE("Weights are packed the same on a card as on the host", "[packed]") {
    at::manual_seed(8);
    const at::Tensor weight = at::randn({70, 416}).mul(0.02).to(at::kBFloat16);
    for (const WeightChoice choice :
         {WeightChoice::kInt4, WeightChoice::kInt8, WeightChoice::kFp8}) {
        const PackedMatrix host = packWeights(weight, choice),
                           there = packWeights(weight.to(card()), choice);
        CHECK(there.words.is_cuda());
        // A quotient may round otherwise on a card: a code may then be its neighbour.
        const at::Tensor off = unpack(there).cpu().sub(unpack(host)).abs();
        CHECK(off.gt(1e-7).sum().item<std::int64_t>() <= 70 * 416 / 1000);
        CHECK(off.max().item<double>() <= 0.02);
    }
}

}  // namespace reelquery
