#pragma once
// One question from plan to last word, on the thread that owns the model.

#include <string>

#include "core/answer/answerer.h"
#include "core/session/keep/warm_state.h"

namespace reelquery {

/// Answers with the warm model, loading it first where another or none is there, and with warm
/// features, keys and values where the request allows it; see Answerer::answer.
AnswerReport answerQuestion(const AskContext& ask, WarmState& warm, std::string& said);

}  // namespace reelquery
