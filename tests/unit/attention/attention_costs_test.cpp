#include "core/attention/attention_costs.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>

using namespace reelquery;

namespace {

/// What a device of these costs would be measured to take.
std::array<TimedCall, 3> timesOf(const CallCost& cost) {
    std::array<TimedCall, 3> calls{{{8192, 7.9e6}, {2048, 1.6e6}, {8192, 1.0e6}}};
    for (TimedCall& call : calls) call.ms = cost.ms(call.keys, call.pairs);
    return calls;
}

}  // namespace

TEST_CASE("costs are found again from the times that they lead to") {
    const CallCost cost = GENERATE(CallCost{90000, 200, 4}, CallCost{0, 200, 0.04},
                                   CallCost{300000, 0, 5}, CallCost{0, 0, 4});
    const auto calls = timesOf(cost);
    const CallCost found = CallCost::fit(calls, true);
    for (const TimedCall& call : calls)
        CHECK(found.ms(call.keys, call.pairs) == Approx(call.ms).epsilon(1e-4));
    CHECK(found.nsPerPair == Approx(cost.nsPerPair).epsilon(1e-3).margin(1e-3));
    CHECK(found.ms(12000, 12 * 12000.0) ==
          Approx(cost.ms(12000, 12 * 12000.0)).epsilon(1e-3).margin(1e-3));
}

TEST_CASE("two sizes of call give a line") {
    const CallCost cost{300000, 0, 5};
    const auto calls = timesOf(cost);
    const CallCost found = CallCost::fit(std::span(calls).first(2), false);
    CHECK(found.nsPerKey == 0);
    CHECK(found.nsPerCall == Approx(cost.nsPerCall).epsilon(1e-3));
    CHECK(found.nsPerPair == Approx(cost.nsPerPair).epsilon(1e-3));
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

TEST_CASE("measured costs are those of the device") {
    const AttentionCosts costs =
        measureAttentionCosts({4, 2, 64, DeviceKind::kCpu, DtypeChoice::kFloat32}, {});
    CHECK(costs.dense.nsPerPair > 0);
    CHECK(costs.sparse.nsPerPair >= costs.dense.nsPerPair);
    CHECK(costs.selectionMs(1024, 65536) < costs.denseMs(1024, 65536));
    CHECK(costs.sparseMs(1024, 65536, 0.1) < costs.denseMs(1024, 65536));
}
