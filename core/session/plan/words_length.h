#pragma once
// Words alone, held against the length that a model was made for.

#include <cstdint>
#include <string>

#include "core/answer/ask_request.h"

namespace reelquery {

struct WordsLength {
    std::int64_t tokens = 0;     ///< of the text, without what a chat puts around it
    std::int64_t positions = 0;  ///< that the checkpoint was made for; not a hard limit
};

/// Reads the model's configuration and tokenizer, no weights. Requires a model of this machine.
/// Thread: any. Errors: kModel.
WordsLength wordsLength(const ModelChoice& model, const std::string& text);

}  // namespace reelquery
