#pragma once
// Dense or sparse, call by call, from what this device was measured to do.

#include <cstdint>
#include <optional>
#include <string>

#include "core/attention/attention_costs.h"
#include "core/attention/attention_reason.h"

namespace reelquery {

/// What AttentionKind::kAuto decides by.
struct AutoRule {
    std::optional<AttentionCosts> costs;                         ///< unset: everything stays dense
    std::string whyUnmeasured = "this device was not measured";  ///< then
};

/// What choosing blocks found the last time that a layer did it in this prompt.
struct SeenDensity {
    double density = 1;  ///< kept blocks / visible blocks, mean over heads
    std::int64_t keys = 0;
};

/// A decision.
struct AttentionChoice {
    bool sparse = false;
    AttentionReason why;
};

/// Density at which a prompt that is easy to thin out is read: a quarter of the blocks that a row
/// sees, but not fewer than five (from the embedded model's prompts at threshold 0.9).
double easyDensity(std::int64_t queries, std::int64_t keys);

/// Whether blocks are to be chosen for one layer's call of `queries` over `keys`, and then, for all
/// that is known, attended to.
///
/// Note [Densities fall]
/// A row of few blocks keeps most of them: 70 to 90 % in a first chunk of 1024 tokens, where the
/// same layer keeps 10 to 60 % some chunks later. So a high density is believed only until the
/// prompt is twice as long; then the layer is looked at again. Without anything seen, sparse is
/// tried as soon as it pays at the density of an easy prompt. Nothing of earlier prompts enters:
/// the same costs and the same prompt give the same choices. Pure.
AttentionChoice chooseAttention(const AutoRule& rule, std::int64_t queries, std::int64_t keys,
                                std::optional<SeenDensity> seen);

/// The same once the blocks are chosen and counted: whether attending to this share of them beats
/// dense attention. Requires rule.costs. Pure.
AttentionChoice confirmSparse(const AutoRule& rule, std::int64_t queries, std::int64_t keys,
                              double density);

}  // namespace reelquery
