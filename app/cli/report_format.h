#pragma once
// An answer's figures as the one table of the terminal and as the one object of --json.

#include <string>

#include "core/session/events.h"

namespace reelquery {

/// One JSON object on one line, keys as documented in README.md; times in seconds.
std::string reportJson(const AnswerReport& report);

/// The table printed below an answer: one row per figure, aligned.
std::string reportTable(const AnswerReport& report);

/// A plan as one line: frames, size, tokens, memory.
std::string planLine(const Plan& plan);

/// "1.4 GiB", "350 MiB", "12 KiB".
std::string formatBytes(std::int64_t bytes);

/// 16384 -> "16,384".
std::string formatCount(std::int64_t count);

}  // namespace reelquery
