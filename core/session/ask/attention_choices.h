#pragma once
// What a question may ask for as attention.

#include <string>
#include <vector>

#include "core/base/run_options.h"

namespace reelquery {

/// "dense", the name of every selector, "auto". Thread: any.
std::vector<std::string> attentionChoices();

/// `options` with the choice of this name. Requires one of attentionChoices(). For "auto" the
/// selector stays the one of the options.
AttentionOptions withChoice(AttentionOptions options, const std::string& choice);

}  // namespace reelquery
