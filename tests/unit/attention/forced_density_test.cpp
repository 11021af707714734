#include <catch2/catch.hpp>

#include "core/attention/attention_stats.h"
#include "core/attention/backend_factory.h"
#include "tests/unit/attention/random_call.h"

namespace reelquery::test {

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
