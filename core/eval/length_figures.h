#pragma once
// The figures of a comparison that tables of lengths print, as the digits of its JSON.

#include <string>
#include <vector>

#include "core/session/compare/comparison.h"

namespace reelquery {

/// Names of the figures, units last: "dense_prefill_s", "speed_up_attention".
std::vector<std::string> figureNames();

/// Their values in the same order, each exactly as comparisonJson writes it; empty where a
/// comparison has none (same_option of open answers).
std::vector<std::string> figureTexts(const ComparisonReport& comparison);

}  // namespace reelquery
