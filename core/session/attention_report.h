#pragma once
// Attention statistics of many calls (layers times prefill chunks) folded into one row per layer.

#include <vector>

#include "core/attention/attention_stats.h"
#include "core/session/events.h"

namespace reelquery {

/// One row per layer, in order. Densities and kept masses are means over the chunks, weighted by
/// the causal (query, key) pairs of each.
std::vector<LayerAttention> layerReports(const AttentionStats& stats);

/// Mean over layers and heads; 1 where nothing was sparse.
double meanDensity(const std::vector<LayerAttention>& layers);

}  // namespace reelquery
