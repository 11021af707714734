#pragma once
// What is said or refused before an evaluation asks anything.

#include <optional>
#include <string>
#include <vector>

#include "core/eval/eval_run.h"

namespace reelquery {

/// Refuses modes that would do the same: their names may differ all the same. Errors: kUsage.
void requireDifferent(const std::vector<EvalMode>& modes);

/// A line for the user where questions in words alone are longer than what the model was made for:
/// they are asked, and what lies beyond has positions that it never saw. Nothing for films, whose
/// tokens share positions, and for a model on a server. Errors: kModel.
std::optional<std::string> longWordsLine(const EvalRequest& request);

}  // namespace reelquery
