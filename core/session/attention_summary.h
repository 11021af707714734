#pragma once
// The choices of a prefill, layer by layer, in one line.

#include <string>
#include <vector>

#include "core/session/answer_report.h"

namespace reelquery {

/// "18 layers sparse, 2 dense: the first layers stay dense", with every different reason of the
/// dense layers; where all are alike, the reasons of all. Empty where nothing was chosen.
std::string attentionSummary(const std::vector<LayerAttention>& layers);

}  // namespace reelquery
