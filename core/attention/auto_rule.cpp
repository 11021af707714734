#include "core/attention/auto_rule.h"

#include <cstdio>

namespace reelquery {

namespace {

/// Tried first: the paper's videos keep a tenth to a third. A guess too low costs one chunk.
constexpr double kEasyDensity = 0.25;

std::string percent(double share) {
    char text[16];
    std::snprintf(text, sizeof text, "%.0f %%", 100 * share);
    return text;
}

std::string untried(const AttentionCosts& costs, std::int64_t queries) {
    const auto from = costs.crossover(queries, kEasyDensity);
    if (!from) return "sparse attention was measured to be slower here at any length";
    return "below " + std::to_string(*from) + " tokens, from which sparse attention pays here";
}

}  // namespace

AttentionChoice chooseAttention(const AutoRule& rule, std::int64_t queries, std::int64_t keys,
                                std::optional<double> seen) {
    if (!rule.costs) return {false, rule.whyUnmeasured};
    const auto q = static_cast<double>(queries), k = static_cast<double>(keys);
    const double denseMs = rule.costs->denseMs(q, k);
    const double sparseMs = rule.costs->sparseMs(q, k, seen.value_or(kEasyDensity));
    const bool sparse = sparseMs < denseMs;
    if (!seen) {
        return {sparse, sparse ? "no density seen yet" : untried(*rule.costs, queries)};
    }
    return {sparse, "density of " + percent(*seen) + " in the chunk before" +
                        (sparse ? "" : " makes sparse attention slower")};
}

}  // namespace reelquery
