#pragma once
// How far two models' opinions of the next token lie apart.

#include <span>

namespace reelquery {

/// KL(p || q) in nats of the softmaxes of two rows of logits, summed in double; at least 0.
/// Requires rows of one length, finite or -infinity (never drawn), not all of it. Infinite where q
/// never draws what p draws. Thread: any.
double klDivergence(std::span<const float> pLogits, std::span<const float> qLogits);

}  // namespace reelquery
