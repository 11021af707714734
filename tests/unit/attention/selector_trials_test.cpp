#include "core/attention/selector_trials.h"

#include <ATen/ATen.h>

#include <catch2/catch.hpp>

#include "core/attention/attention_kernels.h"
#include "core/attention/selector_table.h"
#include "core/attention/true_mass.h"
#include "core/base/error.h"
#include "random_call.h"

namespace reelquery::test {

namespace {

SelectorOptions choosing(const std::string& name, double share) {
    SelectorOptions options;
    options.name = name;
    options.threshold = share;
    options.density = share;
    return options;
}

const AttentionTarget kTarget{.layers = 2, .heads = 4, .headDim = 16};

}  // namespace

TEST_CASE("tried selectors keep the mass of the blocks that they choose, and the answer is dense") {
    const RandomTensors random(4, 2, 16, 700, 700);
    const AttentionCall call = random.call(700);
    const std::vector<SelectorOptions> tried = {choosing("oracle", 0.6),
                                                choosing("xattention", 0.6),
                                                choosing("random", 0.4), choosing("window", 1.0)};
    const SelectorTrials trials(tried, kTarget, {});
    const at::Tensor out = trials.attend(call, nullptr);
    CHECK((out.to(at::kDouble) - byMatrices(call)).abs().max().item<double>() < 1e-5);

    const auto results = trials.results();
    REQUIRE(results.size() == 4);
    const at::Tensor mass = trueBlockMass(call).to(at::kDouble);
    const auto kernels =
        std::shared_ptr<const AttentionKernels>(makeAttentionKernels(DeviceKind::kCpu));
    for (std::size_t i = 0; i < 4; ++i) {
        INFO(results[i].name);
        const SelectedBlocks chosen =
            makeBlockSelector({tried[i], 2, 4, kernels})->select(call, 1 << 30);
        const auto* columns = static_cast<const std::uint16_t*>(chosen.columns.const_data_ptr());
        double kept = 0, blocks = 0, least = 1;
        for (int head = 0; head < 4; ++head) {
            double ofHead = 0;
            for (int row = 0; row < 6; ++row) {
                const int count = chosen.counts[head][row].item<int>();
                blocks += count;
                for (int n = 0; n < count; ++n)
                    ofHead += mass[head][row][columns[(head * 6 + row) * 6 + n]].item<double>();
            }
            kept += ofHead;
            least = std::min(least, ofHead / 700);  // each query's weights add up to 1
        }
        CHECK(results[i].keptMass == Approx(kept / (4 * 700)).margin(1e-6));
        CHECK(results[i].worstHead == Approx(least).margin(1e-6));
        CHECK(results[i].density == Approx(blocks / (4 * 21)).margin(1e-12));
        CHECK(results[i].calls == 1);
    }
    CHECK(results[0].worstHead >= 0.6);
    CHECK(results[2].density < 0.6);
    CHECK(results[3].keptMass == Approx(1).margin(1e-6));
    CHECK(results[3].density == 1);
}

TEST_CASE("calls that stay dense are not tried, and cards are refused") {
    const RandomTensors random(4, 2, 16, 300, 300);
    const SelectorTrials trials({choosing("random", 0.5)}, kTarget, {0, 300});
    trials.attend(random.call(300), nullptr);
    CHECK(trials.results()[0].calls == 0);
    CHECK(trials.results()[0].density == 0);
    AttentionTarget card = kTarget;
    card.device = DeviceKind::kCuda;
    CHECK_THROWS_AS(SelectorTrials({choosing("random", 0.5)}, card, {}), Error);
    CHECK_THROWS_AS(SelectorTrials({choosing("guess", 0.5)}, kTarget, {}), Error);
}

}  // namespace reelquery::test
