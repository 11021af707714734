#include "core/attention/attention_costs.h"

#include <catch2/catch.hpp>

#include "core/attention/auto_rule.h"

using namespace reelquery;

TEST_CASE("a line goes through both measurements") {
    const LinearCost cost = LinearCost::through(100, 1e6, 3, 4e6, 9);
    CHECK(cost.ms(100, 1e6) == Approx(3));
    CHECK(cost.ms(100, 4e6) == Approx(9));
    CHECK(cost.ms(100, 2e6) == Approx(5));
}

TEST_CASE("noise never makes a cost negative") {
    CHECK(LinearCost::through(100, 1e6, 5, 4e6, 4).nsPerPair == 0);
    CHECK(LinearCost::through(100, 1e6, 1, 4e6, 40).nsPerQuery == 0);
}

TEST_CASE("sparse attention pays from the length where the two lines cross") {
    AttentionCosts costs;
    costs.dense.nsPerPair = 4;
    costs.selection = {2000, 1};
    costs.sparse.nsPerPair = 4;
    // 4 k = 2000 + k + 4 d k, k = keys - queries / 2: at d = 0.25 from k = 1000 on.
    const auto crossover = costs.crossover(512, 0.25);
    REQUIRE(crossover);
    CHECK(*crossover == 1280);
    CHECK(costs.denseMs(512, 1152) < costs.sparseMs(512, 1152, 0.25));
    CHECK(costs.sparseMs(512, 1280, 0.25) < costs.denseMs(512, 1280));
    CHECK_FALSE(costs.crossover(512, 0.8));
}

TEST_CASE("a short call stays dense with the length that it would need") {
    AutoRule rule;
    rule.costs = AttentionCosts{{0, 4}, {2000, 1}, {0, 4}};
    const AttentionChoice below = chooseAttention(rule, 512, 1152, {});
    CHECK_FALSE(below.sparse);
    CHECK(below.why == "below 1280 tokens, from which sparse attention pays here");
    CHECK(chooseAttention(rule, 512, 1280, {}).sparse);
    rule.costs->selection.nsPerPair = 4;
    CHECK(chooseAttention(rule, 512, 100000, {}).why ==
          "sparse attention was measured to be slower here at any length");
}

TEST_CASE("measured costs are those of the device") {
    const AttentionCosts costs =
        measureAttentionCosts({4, 2, 64, DeviceKind::kCpu, DtypeChoice::kFloat32}, {});
    CHECK(costs.dense.nsPerPair > 0);
    CHECK(costs.selection.nsPerPair < costs.dense.nsPerPair);
    CHECK(costs.sparseMs(1024, 65536, 0.1) < costs.denseMs(1024, 65536));
}
