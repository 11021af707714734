// The reference against the authors' own implementation: upstream_golden.json holds what its torch
// path and its selection gave (make_upstream_golden.py), here recomputed from the same inputs.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "kernels/reference/score_reference.h"
#include "kernels/reference/selection_reference.h"
#include "problem.h"

namespace reelquery::kernels::test {

namespace {

using reference::BlockMass;
using reference::SelectedBlocks;

const nlohmann::json& golden() {
    static const nlohmann::json json = [] {
        std::ifstream in(REELQUERY_UPSTREAM_GOLDEN);
        return nlohmann::json::parse(in);
    }();
    return json;
}

// As in make_upstream_golden.py: 16 bits of a hash, in [-1, 1).
double value(std::uint32_t seed, std::int64_t index) {
    std::uint32_t x = static_cast<std::uint32_t>(index) * 2654435761u + seed * 40503u + 12345u;
    x = (x ^ x >> 15) * 2246822519u;
    return static_cast<double>((x ^ x >> 13) >> 16) / 32768 - 1;
}

Problem problemOf(const nlohmann::json& estimate) {
    const int heads = golden()["heads"], dim = golden()["dim"];
    const std::int64_t tokens = estimate["tokens"];
    Problem p({heads, heads, dim, tokens, tokens, estimate["causal"]}, 1);
    for (int h = 0; h < heads; ++h) {
        for (std::int64_t t = 0; t < tokens; ++t) {
            const double size = 1 + static_cast<double>(t / 128 * 7 % 5) / 2;
            for (int d = 0; d < dim; ++d) {
                const std::int64_t index = (h * tokens + t) * dim + d;
                p.q(h, t)[d] = static_cast<float>(4 * value(1, index));
                p.k(h, t)[d] = static_cast<float>(value(2, index) * size);
            }
        }
    }
    return p;
}

BlockMass massesOf(const nlohmann::json& selection) {
    BlockMass mass{selection["rows"], selection["columns"], {}};
    const bool causal = selection["causal"];
    const std::int64_t first = selection["first"];
    for (int h = 0; h < golden()["heads"]; ++h) {
        for (std::int64_t r = 0; r < mass.rows; ++r) {
            for (std::int64_t c = 0; c < mass.columns; ++c) {
                const double x = (value(3, (h * mass.rows + r) * mass.columns + c) + 1) / 2;
                mass.values.push_back(causal && c > first + r ? 0 : x * x * x + 0x1p-10);
            }
        }
    }
    return mass;
}

// One string of 0 and 1 a row, as the golden file has them.
std::vector<std::string> kept(const SelectedBlocks& blocks) {
    std::vector<std::string> rows;
    for (std::size_t row = 0; row < blocks.counts.size(); ++row) {
        rows.emplace_back(static_cast<std::size_t>(blocks.pitch), '0');
        for (int n = 0; n < blocks.counts[row]; ++n)
            rows.back()[blocks.columns[row * static_cast<std::size_t>(blocks.pitch) + n]] = '1';
    }
    return rows;
}

bool isSubset(const std::string& small, const std::string& large) {
    return std::equal(small.begin(), small.end(), large.begin(),
                      [](char a, char b) { return a <= b; });
}

// With the switch every row agrees. Without it theirs keeps more in the rows of its first chunk:
// one block because its cumulative list is shifted, and those that make up for the sink, which it
// does not count there. Where attention is not causal it does not count the sink either.
void checkParity(const BlockMass& mass, const AttentionShape& shape, const SelectionParams& params,
                 std::int64_t firstChunkRows, const std::vector<std::string>& theirs) {
    if (shape.causal)
        CHECK(kept(reference::selectBlocks(mass, shape, params, firstChunkRows)) == theirs);
    const auto ours = kept(reference::selectBlocks(mass, shape, params));
    REQUIRE(ours.size() == theirs.size());
    for (std::size_t row = 0; row < ours.size(); ++row) {
        INFO("row " << row << ": ours " << ours[row] << ", theirs " << theirs[row]);
        const auto more = std::ranges::count(theirs[row], '1') - std::ranges::count(ours[row], '1');
        CHECK(isSubset(ours[row], theirs[row]));
        if (!shape.causal)
            CHECK(more <= 1);
        else if (static_cast<std::int64_t>(row) % mass.rows >= firstChunkRows)
            CHECK(more == 0);
    }
}

}  // namespace

TEST_CASE("block scores and lists agree with the authors' implementation") {
    REQUIRE(golden()["estimates"].size() == 6);
    for (const auto& estimate : golden()["estimates"]) {
        INFO(estimate["tokens"] << " tokens, stride " << estimate["stride"] << ", chunk "
                                << estimate["chunk"] << ", " << estimate["pattern"]);
        Problem p = problemOf(estimate);
        const AttentionShape shape = p.inputs().shape;
        const BlockMass mass = reference::scoreBlocks(
            p.inputs(), estimate["stride"],
            estimate["pattern"] == "slash" ? ScorePattern::kDiagonal : ScorePattern::kAntidiagonal);
        const std::vector<double> sums = estimate["sums"];
        REQUIRE(sums.size() == mass.values.size());
        // Theirs are float32 softmaxes added up in float32 and stored with 7 digits.
        for (std::size_t i = 0; i < sums.size(); ++i)
            REQUIRE(mass.values[i] == Approx(sums[i]).epsilon(0).margin(1e-5));

        const std::vector<float> tau = estimate["threshold"];
        SelectionParams params;
        params.thresholdPerHead = tau.data();
        const std::int64_t chunkRows = estimate["chunk"].get<std::int64_t>() / kBlockSize;
        checkParity(mass, shape, params, shape.causal ? chunkRows : 0, estimate["kept"]);
    }
}

TEST_CASE("lists from given masses agree with the authors' implementation") {
    REQUIRE(golden()["selections"].size() == 8);
    for (const auto& selection : golden()["selections"]) {
        const std::int64_t rows = selection["rows"], first = selection["first"];
        const bool causal = selection["causal"];
        INFO(rows << " rows from " << first << ", threshold " << selection["threshold"]);
        AttentionShape shape;
        shape.heads = shape.kvHeads = golden()["heads"];
        shape.queries = rows * kBlockSize;
        shape.keys =
            (causal ? first + rows : selection["columns"].get<std::int64_t>()) * kBlockSize;
        shape.causal = causal;
        SelectionParams params;
        params.threshold = selection["threshold"];
        checkParity(massesOf(selection), shape, params, causal && first == 0 ? rows : 0,
                    selection["kept"]);
    }
}

}  // namespace reelquery::kernels::test
