#pragma once
// The choices of a prefill, layer by layer, in one line.

#include <string>
#include <vector>

#include "core/answer/answer_report.h"

namespace reelquery {

/// Mean over the heads of a layer; 1 where it was dense.
double layerDensity(const LayerAttention& layer);

/// "18 layers sparse, 2 dense: the first layers stay dense", with up to three different reasons of
/// the dense layers; where all are sparse for different ones, that of the densest layer. Empty
/// where nothing was chosen.
std::string attentionSummary(const std::vector<LayerAttention>& layers);

}  // namespace reelquery
