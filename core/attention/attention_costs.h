#pragma once
// What a prefill call costs on a device, dense and sparse, as straight lines through measurements.

#include <cstdint>
#include <optional>
#include <stop_token>

#include "core/base/run_options.h"

namespace reelquery {

/// Time that grows with the queries and with the (query, key) pairs of a call, all heads together.
struct LinearCost {
    double nsPerQuery = 0;
    double nsPerPair = 0;

    double ms(double queries, double pairs) const {
        return (nsPerQuery * queries + nsPerPair * pairs) * 1e-6;
    }

    /// The line through two measurements of the same number of queries, neither part negative.
    /// Requires queries > 0 and pairsB > pairsA.
    static LinearCost through(double queries, double pairsA, double msA, double pairsB, double msB);

    bool operator==(const LinearCost&) const = default;
};

/// Costs for one device, number type and shape of heads.
struct AttentionCosts {
    LinearCost dense;      ///< pairs: those that causality lets be seen
    LinearCost selection;  ///< pairs: as dense
    LinearCost sparse;     ///< pairs: those in kept blocks; selection not included

    /// Causal pairs of the last `queries` of `keys`.
    static double visiblePairs(double queries, double keys) {
        return queries * (keys - queries / 2);
    }

    double denseMs(double queries, double keys) const;

    /// Selection and attention over the share `density` of the visible blocks.
    double sparseMs(double queries, double keys, double density) const;

    /// The fewest keys, in whole blocks, from which a call of `queries` is faster sparse at this
    /// density; unset where that never happens within a million keys.
    std::optional<std::int64_t> crossover(std::int64_t queries, double density) const;

    bool operator==(const AttentionCosts&) const = default;
};

/// The heads of a model on a device.
struct HeadShape {
    int heads = 0;    ///< Hq
    int kvHeads = 0;  ///< Hkv
    int headDim = 0;  ///< D
    DeviceKind device = DeviceKind::kCpu;
    DtypeChoice dtype = DtypeChoice::kFloat32;  ///< kFloat32 or kBfloat16

    bool operator==(const HeadShape&) const = default;
};

/// Times dense attention, selection (stride 16) and sparse attention at two lengths on made-up
/// inputs: about a second, at most about two. Polls `stop` between calls and then returns what
/// makes no sense: the caller polls its own token.
/// Errors: Error{kDevice} where the device has no sparse kernels; {kMemory}.
AttentionCosts measureAttentionCosts(const HeadShape& shape, std::stop_token stop);

}  // namespace reelquery
