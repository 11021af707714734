#pragma once
// Figures of an answer or a comparison as a table for the terminal.

#include <string>
#include <vector>

#include "core/session/events.h"

namespace reelquery {

/// The table printed below an answer: one row per figure, aligned.
std::string reportTable(const AnswerReport& report);

/// What the side that is set beside dense attention chose its blocks by: a selector, or "auto".
std::string sparseSide(const ComparisonReport& report);

/// Both sides of a comparison, row by row, with the spread of the times, the agreement and who won.
std::string comparisonTable(const ComparisonReport& report);

/// "Where the model looked (not proof): 4:12-4:16 (31 %), ...", the strongest first.
std::string evidenceLine(const Evidence& evidence);

/// The same, with the lines of what is said that the model looked at below it, one a line.
std::string evidenceText(const Evidence& evidence);

/// "4:12-4:16, 5:01-5:03".
std::string rangesText(const std::vector<TimeRange>& ranges);

/// A plan as one line: frames, size, tokens.
std::string planLineWithoutMemory(const Plan& plan);

/// The same with memory, and the time where it is known and it fits.
std::string planLine(const Plan& plan);

/// What a model wrote, harmless to a terminal: control characters other than the ends of lines and
/// tabulators become '?'.
std::string terminalText(std::string text);

/// "1.4 GiB", "350 MiB", "12 KiB".
std::string formatBytes(std::int64_t bytes);

/// 16384 -> "16,384".
std::string formatCount(std::int64_t count);

}  // namespace reelquery
