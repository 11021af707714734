#include "core/session/attention_report.h"

#include <catch2/catch.hpp>

using namespace reelquery;

namespace {

LayerAttentionStats sparseCall(int layer, std::int64_t queries, std::int64_t keys, float density) {
    LayerAttentionStats call;
    call.layer = layer;
    call.sparse = true;
    call.queries = queries;
    call.keys = keys;
    call.scoreMs = 1;
    call.selectMs = 2;
    call.attentionMs = 7;
    call.densityPerHead = {density};
    call.keptMassPerHead = {0.9F};
    return call;
}

}  // namespace

TEST_CASE("the chunks of a layer are folded by the pairs they cover") {
    AttentionStats stats;
    stats.calls = {sparseCall(0, 100, 100, 1.0F), sparseCall(0, 100, 200, 0.2F)};
    const auto layers = layerReports(stats);
    REQUIRE(layers.size() == 1);
    // 100 queries on 50 keys in the mean, then 100 on 150: weights 1 to 3.
    CHECK(layers[0].densityPerHead[0] == Approx(0.25 * 1.0 + 0.75 * 0.2));
    CHECK(layers[0].selectionS == Approx(0.006));
    CHECK(layers[0].attentionS == Approx(0.020));
    CHECK(layers[0].sparse);
}

TEST_CASE("dense layers count as density one in the mean") {
    AttentionStats stats;
    LayerAttentionStats dense;
    dense.layer = 0;
    dense.queries = dense.keys = 100;
    dense.attentionMs = 5;
    stats.calls = {dense, sparseCall(1, 100, 100, 0.5F)};
    const auto layers = layerReports(stats);
    REQUIRE(layers.size() == 2);
    CHECK_FALSE(layers[0].sparse);
    CHECK(layers[0].densityPerHead.empty());
    CHECK(meanDensity(layers) == Approx(0.75));
}

TEST_CASE("nothing recorded is dense") {
    CHECK(meanDensity({}) == 1.0);
}
