#pragma once
// Why a call went the way it did.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "core/attention/attention_costs.h"

namespace reelquery {

/// A call for which choosing blocks was not expected to pay, with the costs that said so.
struct UntriedCall {
    AttentionCosts costs;
    std::int64_t queries = 0, keys = 0;
};

/// Plain values; textOf() makes the words, where a report wants them.
struct AttentionReason {
    std::string words;                   ///< ready ones
    std::optional<UntriedCall> untried;  ///< instead: words that take a search

    AttentionReason() = default;

    AttentionReason(std::string ready)
        : words(std::move(ready)) {}  // NOLINT: a reason is its words

    AttentionReason(const char* ready) : words(ready) {}  // NOLINT: the same

    AttentionReason(UntriedCall call) : untried(std::move(call)) {}  // NOLINT: the same

    bool isEmpty() const { return words.empty() && !untried; }
};

/// The reason for a person; "" where there was nothing to choose. For an untried call it looks for
/// the length from which sparse attention would pay. Pure.
std::string textOf(const AttentionReason& reason);

}  // namespace reelquery
