#include "core/attention/auto_rule.h"

#include <algorithm>
#include <cmath>

#include "kernels/block_layout.h"

namespace reelquery {

namespace {

constexpr double kEasyShare = 0.25;
constexpr double kEasyBlocks = 5;
constexpr std::int64_t kLongestCrossover = 1 << 20;

std::string percent(double share) {
    return std::to_string(std::lround(100 * share)) + " %";
}

/// One call with what it costs.
class PricedCall {
  public:
    PricedCall(const AttentionCosts& costs, std::int64_t queries, std::int64_t keys)
        : costs_(costs), queries_(queries), keys_(keys) {}

    /// Milliseconds that sparse attention may take for what follows selection: those of dense
    /// attention, less the selection itself where that is yet to come.
    double allowedMs(bool isSelected) const {
        const double dense = costs_.denseMs(queries_, keys_);
        return isSelected ? dense : dense - costs_.selectionMs(queries_, keys_);
    }

    bool pays(double density, bool isSelected) const {
        return costs_.keptMs(queries_, keys_, density) < allowedMs(isSelected);
    }

    /// Density below which it pays: at most 1, not above 0 where it never does.
    double limit(bool isSelected) const {
        const double fixed = costs_.keptMs(queries_, keys_, 0);
        const double whole = costs_.keptMs(queries_, keys_, 1) - fixed;
        const double spare = allowedMs(isSelected) - fixed;
        return spare < whole ? spare / whole : 1;
    }

  private:
    const AttentionCosts& costs_;
    double queries_, keys_;
};

}  // namespace

std::string textOf(const AttentionReason& reason) {
    if (!reason.untried) return reason.words;
    const auto& [costs, queries, keys] = *reason.untried;
    if (queries < kernels::kBlockSize)
        return "choosing blocks for " + std::to_string(queries) +
               " tokens costs more than it saves";
    for (std::int64_t longer = keys; longer <= kLongestCrossover; longer += kernels::kBlockSize) {
        if (PricedCall(costs, queries, longer).pays(easyDensity(queries, longer), false))
            return "below " + std::to_string(longer) +
                   " tokens, from which sparse attention pays here";
    }
    return "sparse attention was measured to be slower here at any length";
}

double easyDensity(std::int64_t queries, std::int64_t keys) {
    const std::int64_t first = (keys - queries) / kernels::kBlockSize;
    const std::int64_t end = (keys + kernels::kBlockSize - 1) / kernels::kBlockSize;
    double kept = 0, visible = 0;
    for (std::int64_t row = first; row < end; ++row) {
        const auto sees = static_cast<double>(row + 1);
        kept += std::min(sees, std::max(kEasyBlocks, kEasyShare * sees));
        visible += sees;
    }
    return visible > 0 ? kept / visible : 1;
}

AttentionChoice chooseAttention(const AutoRule& rule, std::int64_t queries, std::int64_t keys,
                                std::optional<SeenDensity> seen) {
    if (!rule.costs) return {false, rule.whyUnmeasured};
    const PricedCall call(*rule.costs, queries, keys);
    const bool paysSeen = seen && call.pays(seen->density, false);
    if (!paysSeen && !call.pays(easyDensity(queries, keys), false))
        return {false, UntriedCall{*rule.costs, queries, keys}};
    const std::string limit = "sparse attention pays up to " + percent(call.limit(false));
    if (!seen) return {true, "no density seen yet, " + limit};
    const std::string facts = "density of " + percent(seen->density) + " at " +
                              std::to_string(seen->keys) + " tokens, " + limit;
    if (paysSeen) return {true, facts};
    if (keys >= 2 * seen->keys) return {true, facts + ", tried again"};
    return {false, facts};
}

AttentionChoice confirmSparse(const AutoRule& rule, std::int64_t queries, std::int64_t keys,
                              double density) {
    const PricedCall call(*rule.costs, queries, keys);
    return {call.pays(density, true), "density of " + percent(density) +
                                          ", chosen blocks are faster up to " +
                                          percent(call.limit(true))};
}

}  // namespace reelquery
