#pragma once
// Uses a tokenizer that was made of a stranger's files.

#include "core/tokens/bpe_tokenizer.h"

namespace reelquery::fuzz {

/// Encodes and decodes some text; every id must be one of the vocabulary's.
void useTokenizer(BpeVocabulary vocabulary);

}  // namespace reelquery::fuzz
