#include <catch2/catch.hpp>

#include <set>

#include "core/attention/backend_factory.h"
#include "core/attention/forced_density.h"
#include "core/attention/torch_bridge.h"
#include "tests/unit/attention/random_call.h"

namespace reelquery::test {

TEST_CASE("Random lists hold the wanted share of every row, ascending, with the row's own block") {
    struct Case {
        std::int64_t queries, keys;
        bool causal;
        double density;
    };

    const auto c = GENERATE(Case{1024, 1024, true, 0.3}, Case{512, 4096, true, 0.1},
                            Case{300, 1000, true, 0.5}, Case{256, 700, false, 0.5},
                            Case{128, 128, true, 0.01}, Case{640, 640, true, 1.0});
    CAPTURE(c.queries, c.keys, c.causal, c.density);
    kernels::AttentionShape shape;
    shape.heads = 3;
    shape.kvHeads = 1;
    shape.headDim = 64;
    shape.queries = c.queries;
    shape.keys = c.keys;
    shape.causal = c.causal;
    const SelectedBlocks blocks = randomBlocks(shape, c.density);
    const std::int64_t rows = kernels::queryBlocks(shape), pitch = kernels::keyBlocks(shape);
    REQUIRE(blocks.columns.sizes() == at::IntArrayRef({3, rows, pitch}));
    std::set<std::vector<int>> lists;
    for (std::int64_t head = 0; head < shape.heads; ++head) {
        std::vector<int> ofHead;
        for (std::int64_t row = 0; row < rows; ++row) {
            const std::int64_t last =
                c.causal ? kernels::firstQueryBlock(shape) + row : kernels::keyBlocks(shape) - 1;
            const int count = blocks.counts[head][row].item<int>();
            const double visible = static_cast<double>(last + 1);
            CHECK(std::abs(count - std::max(1.0, c.density * visible)) <= 0.5);
            CHECK(blocks.keptShare[head][row].item<double>() == Approx(count / visible));
            int before = -1;
            for (int i = 0; i < count; ++i) {
                const int column = blocks.columns[head][row][i].item<int>();
                CHECK(column > before);
                before = column;
                ofHead.push_back(column);
            }
            CHECK(before == last);
        }
        lists.insert(ofHead);
    }
    if (c.density < 1 && rows > 2) CHECK(lists.size() == 3);  // the heads differ
}

TEST_CASE("A forced density shows in the stats of a chunked prefill and pays for selection") {
    const RandomTensors tensors(4, 2, 64, 512, 2048);
    const auto backend = makeForcedDensityBackend({}, {2, 4, DeviceKind::kCpu}, 0.25);
    AttentionStats stats;
    const at::Tensor first = backend->attend(tensors.call(2048, 0), &stats);
    const at::Tensor second = backend->attend(tensors.call(2048, 1), &stats);
    REQUIRE(stats.calls.size() == 2);
    for (const LayerAttentionStats& call : stats.calls) {
        CHECK(call.sparse);
        CHECK(call.selectionMs() > 0);
        for (const float density : call.densityPerHead) CHECK(density == Approx(0.25).margin(0.03));
    }
    CHECK(at::equal(first, second));  // the same lists again

    const auto dense = makeForcedDensityBackend({}, {2, 4, DeviceKind::kCpu}, 1.0);
    const at::Tensor all = dense->attend(tensors.call(2048, 0), nullptr);
    CHECK((all - byMatrices(tensors.call())).abs().max().item<double>() < 1e-4);
    CHECK((first - all).abs().max().item<double>() > 1e-3);
}

TEST_CASE("Pending figures fill the entries they belong to once, in order") {
    AttentionStats stats;
    for (int layer = 0; layer < 3; ++layer) {
        stats.calls.emplace_back();
        stats.calls.back().layer = layer;
        stats.pending.emplace_back([layer](AttentionStats& all) {
            all.calls[static_cast<std::size_t>(layer)].attentionMs += layer + 1;
        });
    }
    stats.settle();
    stats.settle();
    for (int layer = 0; layer < 3; ++layer)
        CHECK(stats.calls[static_cast<std::size_t>(layer)].attentionMs == layer + 1);
    CHECK(stats.pending.empty());
}

}  // namespace reelquery::test
