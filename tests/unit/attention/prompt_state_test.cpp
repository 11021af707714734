// What a prompt's calls leave behind: figures for a report, densities for the calls to come.
#include <catch2/catch.hpp>

#include "core/attention/attention_recorder.h"
#include "core/attention/cpu_kernels.h"
#include "core/attention/prompt_density.h"

namespace reelquery::test {

TEST_CASE("Figures that a device has yet to compute fill their entries once, in order") {
    // A mark that is ahead of the host, as a card's are.
    const WorkMark ahead{{}, std::make_shared<c10::Event>(at::kCPU)};
    AttentionRecorder recorder;
    std::vector<int> filled;
    for (int layer = 0; layer < 4; ++layer) {
        LayerAttentionStats entry;
        entry.layer = layer;
        recorder.add(std::move(entry), layer == 1 ? WorkMark() : ahead,
                     [&, layer](LayerAttentionStats& done) {
                         filled.push_back(layer);
                         done.attentionMs += layer + 1;
                     });
    }
    CHECK(filled == std::vector<int>{1});  // its work was done
    recorder.settle();
    CHECK(filled == std::vector<int>{1, 0, 2, 3});
    const AttentionStats& stats = recorder.settle();
    CHECK(filled.size() == 4);
    REQUIRE(stats.calls.size() == 4);
    for (int layer = 0; layer < 4; ++layer) {
        CHECK(stats.calls[static_cast<std::size_t>(layer)].layer == layer);
        CHECK(stats.calls[static_cast<std::size_t>(layer)].attentionMs == layer + 1);
    }
}

TEST_CASE("a prompt's densities are the latest of each layer") {
    const CpuKernels kernels;
    PromptDensity density;
    CHECK_FALSE(density.of(0));
    density.saw(0, {0.5, 1024});
    density.saw(1, 2048, ArrivingValues(kernels, at::tensor({0.25, 0.75, 0.8}, at::kDouble)));
    CHECK(density.of(0)->density == 0.5);
    CHECK(density.of(0)->keys == 1024);
    CHECK(density.of(1)->density == Approx(0.6));
    CHECK(density.of(1)->keys == 2048);
    density.saw(0, 3072, ArrivingValues(kernels, at::tensor({0.125F}, at::kFloat)));
    density.saw(1, {0.1, 4096});
    CHECK(density.of(0)->density == 0.125);
    CHECK(density.of(1)->density == 0.1);
    density.forget();
    CHECK_FALSE(density.of(0));
    CHECK_FALSE(density.of(1));
}

}  // namespace reelquery::test
