// The reference against explicit matrices and cases worked out by hand.
#include <catch2/catch.hpp>
#include <cmath>

#include "kernels/bfloat16.h"
#include "kernels/reference/attention_reference.h"
#include "problem.h"

namespace reelquery::kernels::test {

namespace {

// The whole probability matrix of one head under a mask, the slow and obvious way.
template <class Visible>
std::vector<double> byMatrix(Problem& p, Visible visible) {
    const Form& f = p.form();
    const double scale = p.inputs().shape.scale;
    std::vector<double> out;
    for (int h = 0; h < f.heads; ++h) {
        const int kv = h * f.kvHeads / f.heads;
        std::vector<std::vector<double>> weight(f.queries, std::vector<double>(f.keys, 0.0));
        for (std::int64_t i = 0; i < f.queries; ++i) {
            double total = 0;
            for (std::int64_t j = 0; j < f.keys; ++j) {
                double logit = 0;
                for (int d = 0; d < f.headDim; ++d)
                    logit += double{p.q(h, i)[d]} * double{p.k(kv, j)[d]};
                weight[i][j] = visible(h, i, j) ? std::exp(logit * scale) : 0.0;
                total += weight[i][j];
            }
            for (double& w : weight[i]) w = total > 0 ? w / total : 0;
        }
        for (std::int64_t i = 0; i < f.queries; ++i) {
            for (int d = 0; d < f.headDim; ++d) {
                double sum = 0;
                for (std::int64_t j = 0; j < f.keys; ++j) sum += weight[i][j] * p.v(kv, j)[d];
                out.push_back(sum);
            }
        }
    }
    return out;
}

}  // namespace

TEST_CASE("the reference is the explicit softmax matrix times v") {
    const Form form = GENERATE(Form{4, 2, 8, 37, 37, true}, Form{6, 1, 16, 5, 140, true},
                               Form{3, 3, 8, 20, 131, false}, Form{2, 1, 8, 1, 1, true});
    INFO(form.text());
    Problem p(form, 1);
    const std::int64_t offset = form.causal ? form.keys - form.queries : form.keys;
    const auto expected =
        byMatrix(p, [&](int, std::int64_t i, std::int64_t j) { return j <= offset + i; });
    CHECK(relativeError(reference::denseAttention(p.inputs()), expected) < 1e-13);
}

TEST_CASE("the block-sparse reference is the softmax under the expanded block mask") {
    const Form form = GENERATE(Form{2, 1, 8, 300, 300, true}, Form{2, 2, 8, 140, 397, true},
                               Form{2, 1, 8, 60, 270, false});
    INFO(form.text());
    Problem p(form, 2);
    const AttentionShape shape = p.inputs().shape;
    const Lists lists = randomLists(shape, 0.5, 3);
    std::vector<bool> kept(lists.counts.size() * lists.pitch, false);
    for (std::size_t row = 0; row < lists.counts.size(); ++row)
        for (int n = 0; n < lists.counts[row]; ++n)
            kept[row * lists.pitch + lists.columns[row * lists.pitch + n]] = true;
    const auto expected = byMatrix(p, [&](int h, std::int64_t i, std::int64_t j) {
        const std::int64_t position = shape.queryOffset() + i;
        const std::int64_t row = h * queryBlocks(shape) + position / 128 - firstQueryBlock(shape);
        return kept[row * lists.pitch + j / 128] && (!form.causal || j <= position);
    });
    CHECK(relativeError(reference::sparseAttention(p.inputs(), lists.view()), expected) < 1e-13);
}

TEST_CASE("two keys are weighed as worked out by hand") {
    // Logits 0 and ln 3 (scale 1): weights 1/4 and 3/4.
    const float q = std::log(3.0f), k[2] = {0.0f, 1.0f}, v[2] = {8.0f, 4.0f};
    AttentionInputs inputs;
    inputs.shape = {1, 1, 1, 1, 2, true, 1.0f, Dtype::kFloat32};
    inputs.q = {&q, 1, 1};
    inputs.k = {k, 2, 1};
    inputs.v = {v, 2, 1};
    CHECK(reference::denseAttention(inputs).at(0) == Approx(5.0).epsilon(1e-7));
}

TEST_CASE("the reference reads bf16") {
    Form form{2, 1, 16, 9, 33, true};
    Problem rounded(form, 4);
    for (int h = 0; h < 2; ++h)
        for (int t = 0; t < 33; ++t)
            for (int d = 0; d < 16; ++d) {
                const auto round = [](float& x) { x = floatFromBfloat16(bfloat16FromFloat(x)); };
                if (t < 9) round(rounded.q(h, t)[d]);
                if (h < 1) round(rounded.k(h, t)[d]);
                if (h < 1) round(rounded.v(h, t)[d]);
            }
    form.dtype = Dtype::kBfloat16;
    Problem bf16(form, 4);
    CHECK(relativeError(reference::denseAttention(bf16.inputs()),
                        reference::denseAttention(rounded.inputs())) < 1e-15);
}

TEST_CASE("a query whose list is empty gives zeros in the reference") {
    Problem p({1, 1, 8, 130, 130, true}, 5);
    const std::vector<std::uint16_t> columns(4, 0);
    const std::vector<std::int32_t> counts{0, 1};
    const auto out = reference::sparseAttention(p.inputs(), {columns.data(), counts.data(), 2});
    for (int i = 0; i < 128 * 8; ++i) REQUIRE(out[i] == 0.0);
    CHECK(out[128 * 8] != 0.0);
}

TEST_CASE("bf16 rounds to nearest even and keeps NaN") {
    CHECK(bfloat16FromFloat(1.0f) == 0x3f80);
    CHECK(bfloat16FromFloat(1.00390625f) == 0x3f80);  // half-way between 0x3f80 and 0x3f81
    CHECK(bfloat16FromFloat(1.01171875f) == 0x3f82);  // half-way between 0x3f81 and 0x3f82
    CHECK(bfloat16FromFloat(1.00390637f) == 0x3f81);
    CHECK(bfloat16FromFloat(3.4e38f) == 0x7f80);
    CHECK(std::isnan(floatFromBfloat16(bfloat16FromFloat(std::nanf("1")))));
}

}  // namespace reelquery::kernels::test
