#pragma once
// Tokens that stand for no speech. Internal to core/speech.

#include <vector>

#include "core/spec/model_config.h"

namespace reelquery {

class Tokenizer;

/// Brackets, symbols and notes that subtitles are full of and nobody says: what a checkpoint lists
/// as suppress_tokens, worked out for those that do not. In order; control tokens are not among
/// them.
std::vector<TokenId> silentTokens(const Tokenizer& tokenizer);

}  // namespace reelquery
