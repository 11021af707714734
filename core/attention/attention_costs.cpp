#include "core/attention/attention_costs.h"

#include <algorithm>

namespace reelquery {

namespace {

/// Far more than three unknowns need; a pass costs nanoseconds.
constexpr int kPasses = 20000;

}  // namespace

CallCost CallCost::fit(std::span<const TimedCall> calls, bool withKeys) {
    // Coordinate descent: each cost in turn takes the value that suits best, or zero. With the
    // others fixed that is a quotient of sums, so nothing can diverge.
    CallCost cost;
    for (int pass = 0; pass < kPasses; ++pass) {
        for (double CallCost::*part :
             {&CallCost::nsPerPair, &CallCost::nsPerKey, &CallCost::nsPerCall}) {
            if (part == &CallCost::nsPerKey && !withKeys) continue;
            cost.*part = 0;
            double along = 0, length = 0;
            for (const TimedCall& call : calls) {
                const double times = part == &CallCost::nsPerPair  ? call.pairs
                                     : part == &CallCost::nsPerKey ? call.keys
                                                                   : 1;
                const double share = times * 1e-6 / call.ms;  // of the measured time, per ns
                along += share * (1 - cost.ms(call.keys, call.pairs) / call.ms);
                length += share * share;
            }
            if (length > 0) cost.*part = std::max(0.0, along / length);
        }
    }
    return cost;
}

double AttentionCosts::denseMs(double queries, double keys) const {
    return dense.ms(keys, visiblePairs(queries, keys));
}

double AttentionCosts::selectionMs(double queries, double keys) const {
    return selection.ms(keys, visiblePairs(queries, keys));
}

double AttentionCosts::keptMs(double queries, double keys, double density) const {
    return sparse.ms(keys, density * visiblePairs(queries, keys));
}

}  // namespace reelquery
