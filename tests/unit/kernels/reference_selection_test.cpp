// The reference's block scores and its selection rule.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "kernels/reference/score_reference.h"
#include "kernels/reference/selection_reference.h"
#include "problem.h"

namespace reelquery::kernels::test {

namespace {

using reference::BlockMass;
using reference::scoreBlocks;
using reference::selectBlocks;
using reference::SelectedBlocks;

double rowSum(const BlockMass& mass, int head, std::int64_t row) {
    const double* m = mass.row(head, row);
    return std::accumulate(m, m + mass.columns, 0.0);
}

std::vector<int> row(const SelectedBlocks& s, std::int64_t index) {
    const auto first = s.columns.begin() + index * s.pitch;
    return {first, first + s.counts[static_cast<std::size_t>(index)]};
}

// A single row of one head over the given masses, with its own index last (causal).
BlockMass oneRow(std::vector<double> values) {
    return {1, static_cast<std::int64_t>(values.size()), std::move(values)};
}

AttentionShape lastBlockOf(std::int64_t blocks) {
    return {1, 1, 64, kBlockSize, blocks * kBlockSize, true, 0.125f, Dtype::kFloat32};
}

SelectionParams threshold(float tau) {
    SelectionParams params;
    params.threshold = tau;
    return params;
}

}  // namespace

TEST_CASE("block scores equal the concatenated query and key matrices of the paper") {
    // Qr[i] joins the S queries of group i in reverse, Kr[j] the S keys of group j; the pooled
    // logit is their product over S.
    const int stride = GENERATE(4, 8, 16, 64);
    const int n = 512, dim = 8, groups = n / stride, perBlock = 128 / stride;
    Problem p({1, 1, dim, n, n, true}, 1);
    const auto joined = [&](bool query, int group) {
        std::vector<double> out;
        for (int t = 0; t < stride; ++t) {
            const int token = group * stride + (query ? stride - 1 - t : t);
            const float* x = query ? p.q(0, token) : p.k(0, token);
            out.insert(out.end(), x, x + dim);
        }
        return out;
    };
    std::vector<double> expected(16, 0.0);
    for (int i = 0; i < groups; ++i) {
        const auto q = joined(true, i);
        std::vector<double> weight(groups, 0.0);
        for (int j = 0; j <= i; ++j) {
            const auto k = joined(false, j);
            weight[j] = std::exp(std::inner_product(q.begin(), q.end(), k.begin(), 0.0) *
                                 p.inputs().shape.scale / stride);
        }
        const double total = std::accumulate(weight.begin(), weight.end(), 0.0);
        for (int j = 0; j < groups; ++j)
            expected[i / perBlock * 4 + j / perBlock] += weight[j] / total;
    }
    const BlockMass mass = scoreBlocks(p.inputs(), stride);
    for (int i = 0; i < 16; ++i) CHECK(mass.values[i] == Approx(expected[i]).margin(1e-12));
}

TEST_CASE("every full row of block scores sums to B/S and a tail of 32 tokens to 32/S") {
    const int stride = GENERATE(4, 8, 16);
    const bool causal = GENERATE(true, false);
    Problem p({2, 1, 16, 416, 416, causal}, 2);
    const BlockMass mass = scoreBlocks(p.inputs(), stride);
    for (int h = 0; h < 2; ++h) {
        for (int r = 0; r < 3; ++r) CHECK(rowSum(mass, h, r) == Approx(128.0 / stride));
        CHECK(rowSum(mass, h, 3) == Approx(32.0 / stride));
    }
}

TEST_CASE("a later chunk of queries gets the scores it has in the whole prompt") {
    Problem whole({2, 1, 16, 512, 512, true}, 3);
    Problem chunk({2, 1, 16, 256, 512, true}, 3);
    for (int h = 0; h < 2; ++h)
        for (int t = 0; t < 256; ++t) std::copy_n(whole.q(h, 256 + t), 16, chunk.q(h, t));
    for (int t = 0; t < 512; ++t) std::copy_n(whole.k(0, t), 16, chunk.k(0, t));
    const BlockMass a = scoreBlocks(whole.inputs(), 8), b = scoreBlocks(chunk.inputs(), 8);
    for (int h = 0; h < 2; ++h)
        for (int r = 0; r < 2; ++r)
            for (int j = 0; j < 4; ++j) CHECK(b.row(h, r)[j] == Approx(a.row(h, r + 2)[j]));
}

TEST_CASE("queries that start inside a group leave zero rows before them") {
    // Offset 3 of stride 4: group 0 holds one query, so its pooled row counts in full.
    Problem p({1, 1, 8, 10, 13, true}, 4);
    CHECK(rowSum(scoreBlocks(p.inputs(), 4), 0, 0) == Approx(4.0));
    // Offset 4: group 0 holds none.
    Problem q({1, 1, 8, 9, 13, true}, 4);
    CHECK(rowSum(scoreBlocks(q.inputs(), 4), 0, 0) == Approx(3.0));
}

TEST_CASE("the patterns differ and the antidiagonal finds planted diagonals") {
    CHECK(queryOrder(ScorePattern::kAntidiagonal, 4)[0] == 3);
    CHECK(queryOrder(ScorePattern::kDiagonal, 4)[3] == 3);
    auto random = queryOrder(ScorePattern::kRandom, 16);
    CHECK_FALSE(std::is_sorted(random.begin(), random.begin() + 16));
    std::sort(random.begin(), random.begin() + 16);
    for (int i = 0; i < 16; ++i) CHECK(random[i] == i);
}

TEST_CASE("threshold 0 keeps the sink and the diagonal, threshold 1 everything") {
    const BlockMass mass = oneRow({1, 5, 0, 2, 1});
    CHECK(row(selectBlocks(mass, lastBlockOf(5), threshold(0)), 0) == std::vector<int>{0, 4});
    CHECK(row(selectBlocks(mass, lastBlockOf(5), threshold(1)), 0) ==
          std::vector<int>{0, 1, 2, 3, 4});
}

TEST_CASE("the block that crosses the threshold is kept and the next one is not") {
    // Total 10; forced 0 and 5 hold 2. Then 4 (3), 2 (2.5), 1 (1.5), 3 (1).
    const BlockMass mass = oneRow({1, 1.5, 2.5, 1, 3, 1});
    const auto keptAt = [&](float tau) {
        return row(selectBlocks(mass, lastBlockOf(6), threshold(tau)), 0);
    };
    CHECK(keptAt(0.19f) == std::vector<int>{0, 5});
    CHECK(keptAt(0.49f) == std::vector<int>{0, 4, 5});
    CHECK(keptAt(0.51f) == std::vector<int>{0, 2, 4, 5});
    CHECK(keptAt(0.76f) == std::vector<int>{0, 1, 2, 4, 5});
}

TEST_CASE("of equal blocks the one nearer to the diagonal goes first") {
    const BlockMass mass = oneRow({1, 2, 2, 2, 1});
    CHECK(row(selectBlocks(mass, lastBlockOf(5), threshold(0.3f)), 0) == std::vector<int>{0, 3, 4});
    CHECK(row(selectBlocks(mass, lastBlockOf(5), threshold(0.7f)), 0) ==
          std::vector<int>{0, 2, 3, 4});
}

TEST_CASE("more sink and recent blocks can be forced") {
    SelectionParams params = threshold(0);
    params.sinkBlocks = 2;
    params.recentBlocks = 3;
    const BlockMass mass = oneRow({1, 1, 9, 9, 1, 1, 1, 1});
    CHECK(row(selectBlocks(mass, lastBlockOf(8), params), 0) == std::vector<int>{0, 1, 5, 6, 7});
}

TEST_CASE("rows that reach the dense position and rows with NaN keep every block") {
    SelectionParams params = threshold(0.1f);
    params.denseFromPosition = 5 * kBlockSize - 1;
    const BlockMass mass = oneRow({1, 1, 9, 1, 1});
    CHECK(row(selectBlocks(mass, lastBlockOf(5), params), 0).size() == 5);
    params.denseFromPosition = 5 * kBlockSize;
    CHECK(row(selectBlocks(mass, lastBlockOf(5), params), 0).size() < 5);
    const BlockMass broken = oneRow({1, 1, std::nan(""), 1, 1});
    CHECK(row(selectBlocks(broken, lastBlockOf(5), threshold(0.1f)), 0).size() == 5);
}

TEST_CASE("without causality only the sink is forced") {
    AttentionShape shape = lastBlockOf(5);
    shape.causal = false;
    shape.queries = kBlockSize;  // row 0
    const BlockMass mass = oneRow({1, 1, 9, 1, 3});
    CHECK(row(selectBlocks(mass, shape, threshold(0.6f)), 0) == std::vector<int>{0, 2});
    CHECK(row(selectBlocks(mass, shape, threshold(0.7f)), 0) == std::vector<int>{0, 2, 4});
}

TEST_CASE("the original's first chunk keeps up to one block more and does not count the sink") {
    // Total 10, diagonal 1. Without the quirk and tau 0.45: forced 2, then 3 -> 5 >= 4.5.
    const BlockMass mass = oneRow({1, 1.5, 2.5, 1, 3, 1});
    const AttentionShape shape = lastBlockOf(6);
    CHECK(row(selectBlocks(mass, shape, threshold(0.45f)), 0) == std::vector<int>{0, 4, 5});
    // With it: 4 enters for nothing, 2 because only the diagonal (1) lies before it, 1 because
    // diagonal + block 4 (4) do, 3 not (6.5); the sink is on without being counted.
    CHECK(row(selectBlocks(mass, shape, threshold(0.45f), 1), 0) ==
          std::vector<int>{0, 1, 2, 4, 5});
    CHECK(row(selectBlocks(mass, shape, threshold(0), 1), 0) == std::vector<int>{0, 5});
}

TEST_CASE("what is kept covers the threshold and is minimal") {
    const float tau = GENERATE(0.3f, 0.6f, 0.9f, 0.97f);
    Problem p({2, 1, 16, 1500, 1500, true}, 6);
    const BlockMass mass = scoreBlocks(p.inputs(), 8);
    const SelectedBlocks kept = selectBlocks(mass, p.inputs().shape, threshold(tau));
    for (int h = 0; h < 2; ++h) {
        for (std::int64_t r = 0; r < mass.rows; ++r) {
            const double need = tau * rowSum(mass, h, r) * (1 - 1e-6);
            double share = 0, smallest = INFINITY;
            for (const int j : row(kept, h * mass.rows + r)) {
                share += mass.row(h, r)[j];
                if (j != 0 && j != r) smallest = std::min(smallest, mass.row(h, r)[j]);
            }
            CHECK(share >= need);
            if (smallest < INFINITY) CHECK(share - smallest < need * (1 + 2e-6));
        }
    }
}

}  // namespace reelquery::kernels::test
