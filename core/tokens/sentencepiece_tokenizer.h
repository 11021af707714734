#pragma once
// A SentencePiece vocabulary (tokenizer.model) whose chat symbols are control pieces.

#include <filesystem>

#include "core/tokens/tokenizer.h"

namespace reelquery {

/// Loads tokenizer.model. Control pieces ("<|im_start|>") are never found in plain text, so a user
/// cannot write one. What normalisation and a leading space do to a text is the model's own choice.
/// Errors: kModel.
std::unique_ptr<Tokenizer> loadSentencePiece(const std::filesystem::path& file);

}  // namespace reelquery
