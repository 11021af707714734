#pragma once
// What a prefill call costs on a device, dense and sparse, as planes through measurements.

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/device/compute_target.h"

namespace reelquery {

/// A measured call. Pairs are (query, key) pairs of one head.
struct TimedCall {
    double keys = 0;
    double pairs = 0;
    double ms = 0;
};

/// Time of a call, all heads together: a fixed part, one that grows with the keys and one that
/// grows with the pairs.
struct CallCost {
    double nsPerCall = 0;
    double nsPerKey = 0;
    double nsPerPair = 0;

    double ms(double keys, double pairs) const {
        return (nsPerCall + nsPerKey * keys + nsPerPair * pairs) * 1e-6;
    }

    /// The costs, none negative, whose times lie closest to the measured ones: least squares of the
    /// relative errors. Two sizes of call determine two of them: without `withKeys` nothing grows
    /// with the keys alone. Requires times, keys and pairs above zero.
    static CallCost fit(std::span<const TimedCall> calls, bool withKeys);

    bool operator==(const CallCost&) const = default;
};

/// Costs of one CostShape.
struct AttentionCosts {
    CallCost dense;      ///< pairs: those that causality lets be seen
    CallCost selection;  ///< pairs: as dense; pools all keys, however few the queries
    CallCost sparse;     ///< pairs: those in kept blocks; selection not included

    /// Causal pairs of the last `queries` of `keys`.
    static double visiblePairs(double queries, double keys) {
        return queries * (keys - queries / 2);
    }

    double denseMs(double queries, double keys) const;

    double selectionMs(double queries, double keys) const;

    /// Attention over the share `density` of the visible blocks, without choosing them.
    double keptMs(double queries, double keys, double density) const;

    /// Selection and attention over the kept blocks.
    double sparseMs(double queries, double keys, double density) const {
        return selectionMs(queries, keys) + keptMs(queries, keys, density);
    }

    bool operator==(const AttentionCosts&) const = default;
};

/// What costs depend on: the heads of a model, the device, the way of choosing blocks.
struct CostShape {
    int heads = 0;         ///< Hq
    int kvHeads = 0;       ///< Hkv
    int headDim = 0;       ///< D
    ComputeTarget target;  ///< number type and card
    std::string selector;  ///< BlockSelector::costKey()

    bool operator==(const CostShape&) const = default;
};

}  // namespace reelquery
