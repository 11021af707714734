#pragma once
// Dense or sparse, call by call, from what this device was measured to do.

#include <cstdint>
#include <optional>
#include <string>

#include "core/attention/attention_costs.h"

namespace reelquery {

/// What AttentionKind::kAuto decides by.
struct AutoRule {
    std::optional<AttentionCosts> costs;                         ///< unset: everything stays dense
    std::string whyUnmeasured = "this device was not measured";  ///< then
};

/// A decision, worded for a report.
struct AttentionChoice {
    bool sparse = false;
    std::string why;
};

/// How one layer's call of `queries` over `keys` is to be computed. seen: the layer's density in
/// the chunk before. Without one, sparse is tried as soon as it pays at the density of an easy
/// prompt; a layer that turns out denser goes on densely. Nothing of earlier prompts enters, so
/// the same costs and the same prompt give the same choices. Pure.
AttentionChoice chooseAttention(const AutoRule& rule, std::int64_t queries, std::int64_t keys,
                                std::optional<double> seen);

}  // namespace reelquery
