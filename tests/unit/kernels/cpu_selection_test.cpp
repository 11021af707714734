// CPU block scores and selection against the reference.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "kernels/reference/attention_reference.h"
#include "kernels/reference/score_reference.h"
#include "kernels/reference/selection_reference.h"
#include "problem.h"

namespace reelquery::kernels::test {

namespace {

// What float32 arithmetic may move a block's mass by, as a share of its row's mass.
constexpr double kMassTolerance = 2e-6;

std::vector<bool> maskOf(const BlockLists& lists, std::int64_t row) {
    std::vector<bool> mask(static_cast<std::size_t>(lists.pitch), false);
    for (int n = 0; n < lists.counts[row]; ++n) mask[lists.columns[row * lists.pitch + n]] = true;
    return mask;
}

// The documented near-ties: where float32 masses and exact ones lead to different lists, either
// near-equal blocks changed places or one block lies on the threshold itself. need: the mass to
// cover.
bool isNearTie(const std::vector<bool>& a, const std::vector<bool>& b, const double* mass,
               double need, double slack) {
    double low = INFINITY, high = -INFINITY, keptA = 0, keptB = 0;
    for (std::size_t j = 0; j < a.size(); ++j) {
        keptA += a[j] ? mass[j] : 0;
        keptB += b[j] ? mass[j] : 0;
        if (a[j] == b[j]) continue;
        low = std::min(low, mass[j]);
        high = std::max(high, mass[j]);
    }
    return high - low <= slack || std::abs(std::min(keptA, keptB) - need) <= slack;
}

void checkSelection(Machine& machine, Problem& p, const SelectionParams& params) {
    const AttentionInputs inputs = p.inputs();
    const AttentionShape& shape = inputs.shape;
    const auto mass = reference::scoreBlocks(inputs, params.stride, params.pattern);
    const auto expected = reference::selectBlocks(mass, shape, params);
    for (const CpuIsa isa : isas()) {
        INFO(p.form().text() << ", S " << params.stride << " on " << cpuIsaName(isa));
        BlockSelection got;
        std::vector<float> masses;
        const Status status = selectBlocks(inputs, params, machine.run(isa), got, &masses);
        INFO(status.message);
        REQUIRE(status.ok());
        REQUIRE(got.rows == mass.rows);
        REQUIRE(got.pitch == mass.columns);
        int differing = 0;
        for (std::int64_t row = 0; row < shape.heads * mass.rows; ++row) {
            const double* m = mass.values.data() + row * mass.columns;
            const double total = std::accumulate(m, m + mass.columns, 0.0);
            for (std::int64_t j = 0; j < mass.columns; ++j)
                REQUIRE(std::abs(masses[row * mass.columns + j] - m[j]) <= kMassTolerance * total);
            const auto a = maskOf(got.lists(), row), b = maskOf(expected.lists(), row);
            const int head = static_cast<int>(row / mass.rows);
            const double tau =
                params.thresholdPerHead ? params.thresholdPerHead[head] : params.threshold;
            if (a != b) {
                ++differing;
                REQUIRE(isNearTie(a, b, m, tau * total, 2 * kMassTolerance * total));
            }
            REQUIRE(std::is_sorted(got.columns.begin() + row * got.pitch,
                                   got.columns.begin() + row * got.pitch + got.counts[row]));
            double share = 0;
            for (std::size_t j = 0; j < a.size(); ++j) share += a[j] ? m[j] / total : 0;
            REQUIRE(got.keptShare[row] == Approx(share).margin(1e-5));
        }
        CHECK(differing <= 1 + shape.heads * mass.rows / 50);  // near-ties are rare
    }
}

}  // namespace

TEST_CASE("scores and selection match the reference at every awkward length") {
    const std::int64_t length = GENERATE(1, 127, 128, 129, 2047, 2048, 2049, 4100);
    const int stride = GENERATE(4, 8, 16);
    if (!isWithinOracle(length)) return;
    Machine machine;
    Problem p({2, 1, 64, length, length, true}, 1);
    SelectionParams params;
    params.stride = stride;
    checkSelection(machine, p, params);
}

TEST_CASE("scores match for every group size, offset, type and head dimension") {
    const Dtype dtype = GENERATE(Dtype::kFloat32, Dtype::kBfloat16);
    const int ratio = GENERATE(1, 4, 6, 7);
    const int stride = GENERATE(4, 8, 16);
    const auto [queries, keys, dim] = GENERATE(table<std::int64_t, std::int64_t, int>(
        {{300, 300, 128}, {131, 1000, 64}, {1, 517, 64}, {513, 1111, 80}}));
    Machine machine;
    Problem p({2 * ratio, 2, dim, queries, keys, true, dtype}, 2);
    SelectionParams params;
    params.stride = stride;
    params.threshold = 0.8f;
    checkSelection(machine, p, params);
}

TEST_CASE("scores match without causality and for the other patterns") {
    const auto pattern =
        GENERATE(ScorePattern::kAntidiagonal, ScorePattern::kDiagonal, ScorePattern::kRandom);
    const bool causal = GENERATE(true, false);
    const int stride = GENERATE(4, 8, 16);
    const Dtype dtype = GENERATE(Dtype::kFloat32, Dtype::kBfloat16);
    Machine machine;
    Problem p({2, 1, 64, 700, 1000, causal, dtype}, 3);
    SelectionParams params;
    params.stride = stride;
    params.pattern = pattern;
    checkSelection(machine, p, params);
}

TEST_CASE("thresholds per head, sinks, recent blocks and the dense tail are respected") {
    Machine machine;
    Problem p({3, 1, 64, 1500, 1500, true}, 4);
    const float tau[3] = {0.0f, 0.5f, 1.0f};
    SelectionParams params;
    params.thresholdPerHead = tau;
    params.sinkBlocks = 2;
    params.recentBlocks = 3;
    params.denseFromPosition = 1408;
    checkSelection(machine, p, params);
    BlockSelection s;
    REQUIRE(selectBlocks(p.inputs(), params, machine.run(), s).ok());
    CHECK(s.counts[9] == 5);            // head 0, row 9: two sinks and three recent
    CHECK(s.counts[2 * 12 + 9] == 10);  // head 2 keeps all
    CHECK(s.counts[11] == 12);          // the row that reaches position 1408
    CHECK(s.counts[10] < 11);
}

TEST_CASE("planted blocks are found") {
    // Every query of block 9 points at the keys of block 4.
    Machine machine;
    Problem p({1, 1, 64, 1280, 1280, true}, 5, 0.5f);
    for (int t = 0; t < 128; ++t)
        for (int d = 0; d < 64; ++d) {
            p.k(0, 4 * 128 + t)[d] += d < 32 ? 1.5f : 0.0f;
            p.q(0, 9 * 128 + t)[d] += d < 32 ? 3.0f : 0.0f;
        }
    SelectionParams params;
    params.threshold = 0.9f;
    BlockSelection s;
    REQUIRE(selectBlocks(p.inputs(), params, machine.run(), s).ok());
    CHECK(maskOf(s.lists(), 9)[4]);
    CHECK(s.counts[9] <= 4);
    checkSelection(machine, p, params);
}

TEST_CASE("a block of planted logits gets the mass that can be worked out by hand") {
    // Queries of block 6 meet the keys of block 2 at logit x and all others at 0. Pooled row r of
    // the block sees 6 * b columns before its own block, b of them with weight e^x, and r + 1 in
    // it.
    const int stride = GENERATE(4, 8, 16);
    const Dtype dtype = GENERATE(Dtype::kFloat32, Dtype::kBfloat16);
    Machine machine;
    Problem p({1, 1, 64, 896, 896, true, dtype}, 9, 0.0f);
    for (int t = 0; t < 896; ++t) std::fill_n(p.k(0, t), 64, t / 128 == 2 ? 0.5f : 0.0f);
    for (int t = 0; t < 128; ++t) std::fill_n(p.q(0, 6 * 128 + t), 64, 0.5f);
    const double weight = std::exp(64 * 0.25 * p.inputs().shape.scale), b = 128.0 / stride;
    double planted = 0, other = 0;
    for (int r = 0; r < b; ++r) {
        planted += b * weight / (b * weight + 5 * b + r + 1);
        other += b / (b * weight + 5 * b + r + 1);
    }
    const auto exact = reference::scoreBlocks(p.inputs(), stride);
    CHECK(exact.row(0, 6)[2] == Approx(planted).epsilon(1e-12));
    SelectionParams params;
    params.stride = stride;
    for (const CpuIsa isa : isas()) {
        INFO("S " << stride << " on " << cpuIsaName(isa));
        BlockSelection s;
        std::vector<float> masses;
        REQUIRE(selectBlocks(p.inputs(), params, machine.run(isa), s, &masses).ok());
        CHECK(masses[6 * 7 + 2] == Approx(planted).epsilon(kMassTolerance));
        CHECK(masses[6 * 7 + 4] == Approx(other).epsilon(kMassTolerance));
        // A threshold just below what sink, diagonal and planted block hold keeps no other.
        const double sum = std::accumulate(masses.begin() + 42, masses.begin() + 49, 0.0);
        params.threshold = static_cast<float>((masses[42] + masses[44] + masses[48]) / sum) - 1e-4f;
        REQUIRE(selectBlocks(p.inputs(), params, machine.run(isa), s).ok());
        CHECK(maskOf(s.lists(), 6) ==
              std::vector<bool>{true, false, true, false, false, false, true});
    }
}

TEST_CASE("one huge key draws its block into the list and leaves the others out") {
    Machine machine;
    Problem p({1, 1, 64, 1280, 1280, true}, 10);
    for (int t = 0; t < 1280; ++t) std::fill_n(p.q(0, t), 64, 0.25f);
    for (int t = 0; t < 1280; ++t) std::fill_n(p.k(0, t), 64, t == 3 * 128 + 77 ? 200.0f : 0.0f);
    for (const CpuIsa isa : isas()) {
        INFO(cpuIsaName(isa));
        BlockSelection s;
        REQUIRE(selectBlocks(p.inputs(), {}, machine.run(isa), s).ok());
        for (std::int64_t row = 5; row < 10; ++row) {
            std::vector<bool> expected(10, false);
            expected[0] = expected[3] = expected[static_cast<std::size_t>(row)] = true;
            CHECK(maskOf(s.lists(), row) == expected);
        }
    }
}

TEST_CASE("what the fast selection keeps covers the threshold and is minimal") {
    const float tau = GENERATE(0.0f, 0.3f, 0.6f, 0.9f, 0.97f);
    const int stride = GENERATE(4, 8, 16);
    Machine machine;
    Problem p({2, 1, 64, 1500, 1500, true}, 11);
    SelectionParams params;
    params.stride = stride;
    params.threshold = tau;
    BlockSelection s;
    std::vector<float> masses;
    REQUIRE(selectBlocks(p.inputs(), params, machine.run(), s, &masses).ok());
    for (std::int64_t row = 0; row < 2 * s.rows; ++row) {
        const float* mass = masses.data() + row * s.pitch;
        const auto mask = maskOf(s.lists(), row);
        const std::int64_t self = row % s.rows;
        double total = 0, kept = 0;
        float smallest = INFINITY;
        for (std::int64_t j = 0; j <= self; ++j) {
            total += mass[j];
            if (!mask[static_cast<std::size_t>(j)]) continue;
            kept += mass[j];
            if (j != 0 && j != self) smallest = std::min(smallest, mass[j]);
        }
        CHECK(mask[0]);
        CHECK(mask[static_cast<std::size_t>(self)]);
        CHECK(kept >= double{tau} * total);
        if (smallest < INFINITY) CHECK(kept - smallest < double{tau} * total);
    }
}

TEST_CASE("equal keys tie and the blocks nearest to the diagonal win") {
    Machine machine;
    Problem p({1, 1, 64, 1280, 1280, true}, 6);
    for (int t = 1; t < 1280; ++t) std::copy_n(p.k(0, 0), 64, p.k(0, t));
    for (int t = 0; t < 1280; ++t) std::fill_n(p.q(0, t), 64, 0.25f);
    SelectionParams params;
    params.threshold = 0.5f;
    for (const CpuIsa isa : isas()) {
        INFO(cpuIsaName(isa));
        BlockSelection a, b;
        REQUIRE(selectBlocks(p.inputs(), params, machine.run(isa), a).ok());
        REQUIRE(selectBlocks(p.inputs(), params, machine.run(isa), b).ok());
        CHECK(a.columns == b.columns);
        // The blocks are full ones of equal mass but the diagonal: a run up to it and the sink.
        const auto first = a.columns.begin() + 9 * a.pitch;
        CHECK(*first == 0);
        for (int n = 1; n < a.counts[9]; ++n) CHECK(first[n] == 9 - (a.counts[9] - 1 - n));
    }
}

TEST_CASE("NaN and Inf among the inputs keep every block of the rows they touch") {
    const float poison =
        GENERATE(std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity());
    Machine machine;
    Problem p({1, 1, 64, 1280, 1280, true}, 7);
    p.k(0, 600)[0] = poison;
    SelectionParams params;
    params.threshold = 0.2f;
    for (const CpuIsa isa : isas()) {
        BlockSelection s;
        REQUIRE(selectBlocks(p.inputs(), params, machine.run(isa), s).ok());
        CHECK(s.counts[3] < 4);
        for (int r = 5; r < 10; ++r) CHECK(s.counts[r] == r + 1);
    }
}

TEST_CASE("options out of range are refused with a reason") {
    Machine machine;
    Problem p({1, 1, 64, 10, 10, true}, 8);
    const auto codeOf = [&](auto change) {
        SelectionParams params;
        change(params);
        BlockSelection s;
        const Status status = selectBlocks(p.inputs(), params, machine.run(), s);
        CHECK(std::string(status.message).size() > 10);
        return status.code;
    };
    CHECK(codeOf([](SelectionParams& s) { s.stride = 7; }) == StatusCode::kUnsupported);
    CHECK(codeOf([](SelectionParams& s) { s.threshold = 1.5f; }) == StatusCode::kInvalidArgument);
    CHECK(codeOf([](SelectionParams& s) { s.threshold = NAN; }) == StatusCode::kInvalidArgument);
    CHECK(codeOf([](SelectionParams& s) { s.sinkBlocks = 0; }) == StatusCode::kInvalidArgument);
}

}  // namespace reelquery::kernels::test
