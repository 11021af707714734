#include "core/attention/attention_costs.h"

#include <algorithm>

#include "kernels/block_layout.h"

namespace reelquery {

namespace {

constexpr std::int64_t kLongestCrossover = 1 << 20;

}  // namespace

LinearCost LinearCost::through(double queries, double pairsA, double msA, double pairsB,
                               double msB) {
    LinearCost cost;
    cost.nsPerPair = std::max(0.0, (msB - msA) / (pairsB - pairsA) * 1e6);
    cost.nsPerQuery = std::max(0.0, (msA * 1e6 - cost.nsPerPair * pairsA) / queries);
    return cost;
}

double AttentionCosts::denseMs(double queries, double keys) const {
    return dense.ms(queries, visiblePairs(queries, keys));
}

double AttentionCosts::sparseMs(double queries, double keys, double density) const {
    const double pairs = visiblePairs(queries, keys);
    return selection.ms(queries, pairs) + sparse.ms(queries, density * pairs);
}

std::optional<std::int64_t> AttentionCosts::crossover(std::int64_t queries, double density) const {
    const auto q = static_cast<double>(queries);
    for (std::int64_t keys = queries; keys <= kLongestCrossover; keys += kernels::kBlockSize) {
        const auto k = static_cast<double>(keys);
        if (sparseMs(q, k, density) < denseMs(q, k)) return keys;
    }
    return std::nullopt;
}

}  // namespace reelquery
