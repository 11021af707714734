#pragma once
// Figures of an answer or a comparison as a table for the terminal.

#include <string>

#include "core/session/events.h"

namespace reelquery {

/// The table printed below an answer: one row per figure, aligned.
std::string reportTable(const AnswerReport& report);

/// Both sides of a comparison, row by row, with the spread of the times, the agreement and who won.
std::string comparisonTable(const ComparisonReport& report);

/// A plan as one line: frames, size, tokens, memory.
std::string planLine(const Plan& plan);

/// "1.4 GiB", "350 MiB", "12 KiB".
std::string formatBytes(std::int64_t bytes);

/// 16384 -> "16,384".
std::string formatCount(std::int64_t count);

}  // namespace reelquery
