#include <catch2/catch.hpp>

#include "core/attention/attention_recorder.h"
#include "core/attention/backend_factory.h"
#include "tests/unit/attention/random_call.h"

namespace reelquery::test {

TEST_CASE("A forced density shows in the stats of a chunked prefill and pays for selection") {
    const RandomTensors tensors(4, 2, 64, 512, 2048);
    const auto backend = makeForcedDensityBackend({}, {2, 4, DeviceKind::kCpu}, 0.25);
    AttentionRecorder recorder;
    const at::Tensor first = backend->attend(tensors.call(2048, 0), &recorder);
    const at::Tensor second = backend->attend(tensors.call(2048, 1), &recorder);
    const AttentionStats& stats = recorder.settle();
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

}  // namespace reelquery::test
