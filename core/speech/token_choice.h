#pragma once
// The likeliest token under the rules, for several windows at once and where their logits lie: what
// leaves a card is two numbers a window, and a processor takes several values an instruction.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "core/speech/speech_config.h"
#include "core/speech/token_rules.h"

namespace reelquery {

/// A token and its log probability among those that were allowed.
struct ChosenToken {
    TokenId token = 0;
    double logProb = 0;
};

/// Immutable. Thread: any number at a time.
class TokenChoice {
  public:
    /// device: where logits will lie.
    TokenChoice(const SpeechConfig& config, at::Device device);

    /// The first of the greatest of each row of logits [B, V], float32, behind the same rules that
    /// maskTokens and applyTimeRules (where withTimes) apply. said: each window's tokens so far,
    /// none in any of them for the windows' first. Requires B > 0.
    std::vector<ChosenToken> likeliest(const at::Tensor& logits,
                                       const std::vector<const std::vector<TokenId>*>& said,
                                       bool withTimes) const;

  private:
    TimeRules rules_;
    at::Tensor ids_;                   // [V]: 0, 1, ...
    at::Tensor barred_, barredFirst_;  // [V]: -inf where never chosen, 0 elsewhere
};

}  // namespace reelquery
