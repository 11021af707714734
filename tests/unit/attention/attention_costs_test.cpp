#include "core/attention/attention_costs.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <span>
#include <vector>

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

TEST_CASE("measured costs are those of the device") {
    const AttentionCosts costs =
        measureAttentionCosts({4, 2, 64, DeviceKind::kCpu, DtypeChoice::kFloat32}, {});
    CHECK(costs.dense.nsPerPair > 0);
    CHECK(costs.sparse.nsPerPair >= costs.dense.nsPerPair);
    CHECK(costs.selectionMs(1024, 65536) < costs.denseMs(1024, 65536));
    CHECK(costs.sparseMs(1024, 65536, 0.1) < costs.denseMs(1024, 65536));
}
