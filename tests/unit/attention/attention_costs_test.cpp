#include "core/attention/attention_costs.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <memory>
#include <random>
#include <span>
#include <vector>

#include "core/attention/backend_factory.h"
#include "core/attention/measure_costs.h"
#include "core/base/error.h"

using namespace reelquery;

namespace {

/// What a device of these costs would be measured to take.
std::array<TimedCall, 3> timesOf(const CallCost& cost) {
    std::array<TimedCall, 3> calls{{{8192, 7.9e6}, {2048, 1.6e6}, {8192, 1.0e6}}};
    for (TimedCall& call : calls) call.ms = cost.ms(call.keys, call.pairs);
    return calls;
}

/// Sum of the squared relative errors.
double errorOf(const CallCost& cost, std::span<const TimedCall> calls) {
    double sum = 0;
    for (const TimedCall& call : calls)
        sum += std::pow(1 - cost.ms(call.keys, call.pairs) / call.ms, 2);
    return sum;
}

/// Steps of all sizes in all directions from many places, as long as any helps.
CallCost byBruteForce(std::span<const TimedCall> calls, bool withKeys) {
    const double ms = calls.front().ms * 1e6;
    const std::array most = {ms, withKeys ? ms / calls.front().keys : 0, ms / calls.front().pairs};
    CallCost best;
    for (int start = 0; start < 8; ++start) {
        CallCost at{start & 1 ? most[0] : 0, start & 2 ? most[1] : 0, start & 4 ? most[2] : 0};
        for (double step = 1; step > 1e-9; step /= 2) {
            for (bool helped = true; helped;) {
                helped = false;
                for (int direction = 0; direction < 27; ++direction) {
                    const auto moved = [&](double from, int digit, double unit) {
                        return std::max(0.0, from + (direction / digit % 3 - 1) * step * unit);
                    };
                    const CallCost next{moved(at.nsPerCall, 1, most[0]),
                                        moved(at.nsPerKey, 3, most[1]),
                                        moved(at.nsPerPair, 9, most[2])};
                    if (errorOf(next, calls) >= errorOf(at, calls)) continue;
                    at = next;
                    helped = true;
                }
            }
        }
        if (start == 0 || errorOf(at, calls) < errorOf(best, calls)) best = at;
    }
    return best;
}

using Clock = std::chrono::steady_clock;

/// A device that computes nothing and whose clock goes by given costs. Marks are those of the
/// calls' device only.
class ClockedKernels final : public AttentionKernels {
  public:
    ClockedKernels(const CallCost& dense, const CallCost& selection, const CallCost& sparse)
        : dense_(dense), selection_(selection), sparse_(sparse) {}

    at::Tensor dense(const AttentionCall& call) const override {
        ++denseCalls_;
        spend(dense_, call, 1);
        return {};
    }

    SelectedBlocks select(const AttentionCall& call,
                          const kernels::SelectionParams&) const override {
        spend(selection_, call, 1);
        return {};
    }

    at::Tensor sparse(const AttentionCall& call, const SelectedBlocks& blocks) const override {
        double visible = 0;
        const std::int64_t first = (call.k.size(1) - call.q.size(1)) / 128;
        for (std::int64_t row = 0; row < blocks.counts.size(1); ++row)
            visible += static_cast<double>(call.q.size(0) * (first + row + 1));
        spend(sparse_, call, blocks.counts.sum().item<double>() / visible);
        return {};
    }

    WorkMark mark(const at::Device& device) const override {
        REQUIRE(device == device_);
        return {now_, nullptr};
    }

    std::string whyNotSparse(bool, int) const override { return ""; }

    /// Three sizes of call make a round.
    int rounds() const { return denseCalls_ / 3; }

  private:
    void spend(const CallCost& cost, const AttentionCall& call, double density) const {
        REQUIRE(call.q.device() == device_);
        const auto queries = static_cast<double>(call.q.size(1));
        const auto keys = static_cast<double>(call.k.size(1));
        const double ns =
            1e6 * cost.ms(keys, density * AttentionCosts::visiblePairs(queries, keys));
        now_ += std::chrono::duration_cast<Clock::duration>(
            std::chrono::duration<double, std::nano>(ns));
    }

    CallCost dense_, selection_, sparse_;
    at::Device device_ = at::kCPU;
    mutable Clock::time_point now_;
    mutable int denseCalls_ = 0;
};

class ClockedSelector final : public BlockSelector {
  public:
    explicit ClockedSelector(std::shared_ptr<const AttentionKernels> kernels)
        : kernels_(std::move(kernels)) {}

    SelectedBlocks select(const AttentionCall& call, std::int64_t) const override {
        return kernels_->select(call, {});
    }

    std::int64_t forcedBlocks(bool) const override { return 2; }

    std::string name() const override { return "clocked"; }

    std::string whyNot(bool, int) const override { return ""; }

    std::string costKey() const override { return "clocked"; }

  private:
    std::shared_ptr<const AttentionKernels> kernels_;
};

}  // namespace

TEST_CASE("costs are found again from the times that they lead to") {
    const CallCost cost = GENERATE(CallCost{90000, 200, 4}, CallCost{0, 200, 0.04},
                                   CallCost{300000, 0, 5}, CallCost{0, 0, 4});
    const auto calls = timesOf(cost);
    const CallCost found = CallCost::fit(calls, true);
    for (const TimedCall& call : calls)
        CHECK(found.ms(call.keys, call.pairs) == Approx(call.ms).epsilon(1e-9));
    CHECK(found.nsPerCall == Approx(cost.nsPerCall).epsilon(1e-6).margin(1e-3));
    CHECK(found.nsPerKey == Approx(cost.nsPerKey).epsilon(1e-6).margin(1e-6));
    CHECK(found.nsPerPair == Approx(cost.nsPerPair).epsilon(1e-6).margin(1e-9));
}

TEST_CASE("two sizes of call give a line") {
    const CallCost cost{300000, 0, 5};
    const auto calls = timesOf(cost);
    const CallCost found = CallCost::fit(std::span(calls).first(2), false);
    CHECK(found.nsPerKey == 0);
    CHECK(found.nsPerCall == Approx(cost.nsPerCall).epsilon(1e-9));
    CHECK(found.nsPerPair == Approx(cost.nsPerPair).epsilon(1e-9));
}

TEST_CASE("a fit is the best there is without negative costs") {
    std::mt19937 random(7);
    std::uniform_real_distribution<double> uniform(0, 1);
    const auto factor = [&](double spread) { return std::exp(spread * (2 * uniform(random) - 1)); };
    const bool withKeys = GENERATE(true, false);
    int atZero = 0;
    for (int round = 0; round < 200; ++round) {
        // Sizes of calls, and times that no costs explain.
        std::vector<TimedCall> calls(static_cast<std::size_t>(2 + round % 3));
        for (TimedCall& call : calls) {
            call.keys = 8192 * factor(1.5);
            call.pairs = call.keys * 1024 * factor(1);
            call.ms = (2e5 * uniform(random) + 200 * uniform(random) * call.keys +
                       4 * uniform(random) * call.pairs) *
                      1e-6 * factor(1);
        }
        const CallCost found = CallCost::fit(calls, withKeys);
        REQUIRE(found.nsPerCall >= 0);
        REQUIRE(found.nsPerPair >= 0);
        REQUIRE(found.nsPerKey >= 0);
        if (!withKeys) REQUIRE(found.nsPerKey == 0);
        atZero += found.nsPerCall == 0 || found.nsPerPair == 0;
        const CallCost searched = byBruteForce(calls, withKeys);
        CAPTURE(round, withKeys, calls.size(), found.nsPerCall, found.nsPerKey, found.nsPerPair,
                searched.nsPerCall, searched.nsPerKey, searched.nsPerPair);
        CHECK(errorOf(found, calls) <= errorOf(searched, calls) + 1e-12);
        CHECK(errorOf(found, calls) >= errorOf(searched, calls) - 1e-3);
    }
    CHECK(atZero > 10);
}

TEST_CASE("calls of one size leave one cost") {
    const std::array<TimedCall, 2> alike{{{8192, 4e6, 4}, {8192, 4e6, 6}}};
    const CallCost found = CallCost::fit(alike, true);
    CHECK((found.nsPerCall > 0) + (found.nsPerKey > 0) + (found.nsPerPair > 0) == 1);
    CHECK(found.ms(8192, 4e6) == Approx(4.8 / 1.04).epsilon(0.05));
}

TEST_CASE("noise never makes a cost negative") {
    const std::array<TimedCall, 2> shrinking{{{8192, 4e6, 4}, {2048, 1e6, 5}}};
    const std::array<TimedCall, 2> superlinear{{{8192, 4e6, 40}, {2048, 1e6, 1}}};
    for (const auto& calls : {shrinking, superlinear}) {
        const CallCost found = CallCost::fit(calls, false);
        CHECK(found.nsPerCall >= 0);
        CHECK(found.nsPerPair >= 0);
        CHECK(found.ms(8192, 4e6) > 0);
    }
}

TEST_CASE("what is measured is what the device takes") {
    // A device whose clock goes by known costs, in whole nanoseconds.
    const CallCost dense{390000, 0, 4.5}, selection{110000, 210, 0.04};
    const CallCost sparse = GENERATE(CallCost{30000, 0, 4.9}, CallCost{30000, 0, 2});
    const auto target = GENERATE(ComputeTarget{false, -1}, ComputeTarget{true, -1});
    const int headDim = GENERATE(64, 128);
    const auto kernels = std::make_shared<ClockedKernels>(dense, selection, sparse);
    const ClockedSelector selector(kernels);
    const AttentionCosts costs =
        measureAttentionCosts({12, 2, headDim, target, "clocked"}, *kernels, selector, {});
    const auto isCost = [](const CallCost& found, const CallCost& wanted) {
        CHECK(found.nsPerCall == Approx(wanted.nsPerCall).epsilon(1e-4));
        CHECK(found.nsPerKey == Approx(wanted.nsPerKey).epsilon(1e-4));
        CHECK(found.nsPerPair == Approx(wanted.nsPerPair).epsilon(1e-4));
    };
    isCost(costs.dense, dense);
    isCost(costs.selection, selection);
    // A listed block is never taken for cheaper than the same one without a list.
    isCost(costs.sparse, {sparse.nsPerCall, 0, std::max(sparse.nsPerPair, dense.nsPerPair)});
    CHECK(kernels->rounds() >= 4);  // the first one warms up
}

TEST_CASE("a stop ends measuring") {
    const auto kernels =
        std::make_shared<ClockedKernels>(CallCost{0, 0, 1}, CallCost{0, 0, 1}, CallCost{0, 0, 1});
    std::stop_source source;
    source.request_stop();
    measureAttentionCosts({4, 2, 64, {}, "clocked"}, *kernels, ClockedSelector(kernels),
                          source.get_token());
    CHECK(kernels->rounds() <= 1);
}

TEST_CASE("this machine's costs are measured by the selector that is asked for") {
    SelectorOptions options;
    options.stride = 8;
    const AttentionTarget target{1, 4, DeviceKind::kCpu, 64, false};
    CHECK(costKey(options, target) == "S8");
    const AttentionCosts costs =
        measureAttentionCosts(options, target, {4, 2, 64, {}, costKey(options, target)}, {});
    CHECK(costs.denseMs(1024, 65536) > 0);
    CHECK(costs.selectionMs(1024, 65536) > 0);
    CHECK(costs.sparse.nsPerPair >= costs.dense.nsPerPair);
    options.name = "tea leaves";
    CHECK_THROWS_AS(costKey(options, target), Error);
}

TEST_CASE("a card that torch does not serve is an error of the device, not a bug") {
    const auto kernels =
        std::make_shared<ClockedKernels>(CallCost{0, 0, 1}, CallCost{0, 0, 1}, CallCost{0, 0, 1});
    try {
        measureAttentionCosts({4, 2, 64, {true, 99}, "clocked"}, *kernels, ClockedSelector(kernels),
                              {});
        FAIL("there is no card 99");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kDevice);
        CHECK(error.message().find("card 99") != std::string::npos);
        CHECK(error.message().find('\n') == std::string::npos);
    }
}
