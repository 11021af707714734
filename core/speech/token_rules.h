#pragma once
// What may be said next: masks over a row of logits, as the reference applies them.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/speech/speech_config.h"

namespace reelquery {

/// Where the times lie; see SpeechIds.
struct TimeRules {
    TokenId endOfText = -1, noTimes = -1, timesBegin = -1;
    std::optional<int> latestFirst;  ///< time tokens after 0.00 that a window may start with
};

TimeRules timeRulesOf(const SpeechConfig& config);

/// What may come behind `said` as far as pairs and their order go: tokens from `from` on (0, the
/// end of text, or the first time), and of the times those from `timesFrom` up to `timesTo`.
struct AllowedTokens {
    TokenId from = 0, timesFrom = 0, timesTo = 0;
};

AllowedTokens allowedTokens(const std::vector<TokenId>& said, const TimeRules& rules,
                            TokenId vocabSize);

/// Masks what a transcript with times may not go on with: times come in pairs and never go back, a
/// window starts with one, and where all times together are likelier than any single other token,
/// one of them comes. row: logits [V], changed in place, -inf where masked. said: the window's
/// tokens so far.
void applyTimeRules(std::span<float> row, const std::vector<TokenId>& said, const TimeRules& rules);

/// Sets these tokens to -inf.
void maskTokens(std::span<float> row, const std::vector<TokenId>& tokens);

/// Natural log of the sum of exp(row). Not finite where all of it is -inf.
double logSumExp(std::span<const float> row);

/// The first token at which the running sum of softmax(row / temperature) exceeds u in [0, 1).
TokenId drawToken(std::span<const float> row, double temperature, double u);

/// A number in [0, 1) that depends on these four alone, so that a run can be repeated: the upper 53
/// bits of splitmix64(seed * 2^48 + window * 2^32 + attempt * 2^24 + token).
double drawNumber(std::uint64_t seed, std::uint64_t window, std::uint64_t attempt,
                  std::uint64_t token);

}  // namespace reelquery
