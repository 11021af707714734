#pragma once
// What is done once the answer stands: nothing of it may cost the answer.

#include <functional>
#include <string>

#include "core/answer/answer_report.h"

namespace reelquery {

/// Runs `work`. Whatever it throws, a stop included, becomes one of the report's notes: "<missing>:
/// <why>".
void afterTheAnswer(AnswerReport& report, const std::string& missing,
                    const std::function<void()>& work);

}  // namespace reelquery
