#include "core/session/report/attention_report.h"

#include <catch2/catch.hpp>

#include "core/session/report/attention_summary.h"

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

TEST_CASE("a layer tells the reason of its largest chunk and how many chunks went which way") {
    AttentionStats stats;
    stats.calls = {sparseCall(0, 100, 100, 0.9F), sparseCall(0, 100, 200, 0.9F)};
    stats.calls[0].why = "no density seen yet";
    stats.calls[1].why = "density of 90 % in the chunk before";
    CHECK(layerReports(stats)[0].why == "density of 90 % in the chunk before");
    stats.calls[1].sparse = false;
    CHECK(layerReports(stats)[0].why ==
          "1 of 2 chunks sparse, the largest dense: density of 90 % in the chunk before");
    stats.calls.push_back(sparseCall(0, 10, 210, 0.9F));  // the words after the video: little work
    stats.calls[2].why = "the last tokens stay dense";
    CHECK(layerReports(stats)[0].why ==
          "2 of 3 chunks sparse, the largest dense: density of 90 % in the chunk before");
    stats.calls[1].sparse = true;
    stats.calls[2].sparse = false;
    CHECK(layerReports(stats)[0].why ==
          "2 of 3 chunks sparse, the largest too: density of 90 % in the chunk before");
    // XAttention without a choice gives no reason where it is sparse.
    stats.calls[0].why = stats.calls[1].why = "";
    CHECK(layerReports(stats)[0].why ==
          "2 of 3 chunks sparse, the others dense: the last tokens stay dense");
}

TEST_CASE("a reason that takes a search is worded in the report") {
    // Dense costs 4 a pair, choosing a millisecond a call: it pays from some length on.
    const UntriedCall untried{{{0, 0, 4}, {1e6, 0, 0}, {0, 0, 4}}, 512, 1024};
    AttentionStats stats;
    stats.calls.resize(2);
    stats.calls[0].queries = stats.calls[0].keys = 512;
    stats.calls[1].queries = 512;
    stats.calls[1].keys = 1024;
    for (LayerAttentionStats& call : stats.calls) call.why = untried;
    const std::string why = layerReports(stats).at(0).why;
    CHECK(why.starts_with("below "));
    CHECK(why.ends_with(" tokens, from which sparse attention pays here"));
    CHECK_FALSE(layerReports(stats).at(0).sparse);
}

TEST_CASE("the choices of all layers make one line") {
    const auto layer = [](bool sparse, const char* why, float density = 0.5F) {
        LayerAttention row;
        row.layer = static_cast<int>(10 * density);
        if (sparse) row.densityPerHead = {density};
        row.sparse = sparse;
        row.why = why;
        return row;
    };

    struct Row {
        std::vector<LayerAttention> layers;
        const char* line;
    };

    const Row rows[] = {
        {{}, ""},
        {{layer(true, ""), layer(true, "")}, ""},
        {{layer(false, "too short"), layer(false, "too short")}, "2 layers dense: too short"},
        {{layer(true, "a"), layer(true, "a")}, "2 layers sparse: a"},
        {{layer(true, "a", 0.3F), layer(true, "b", 0.6F), layer(true, "c", 0.2F)},
         "3 layers sparse; the densest, layer 6: b"},
        {{layer(false, "first"), layer(true, "a"), layer(true, "b")},
         "2 layers sparse, 1 dense: first"},
    };
    for (const Row& row : rows) CHECK(attentionSummary(row.layers) == row.line);
}
