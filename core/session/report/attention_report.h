#pragma once
// Attention statistics of many calls (layers times prefill chunks) folded into one row per layer.

#include <vector>

#include "core/attention/attention_backend.h"
#include "core/attention/attention_stats.h"
#include "core/attention/backend_factory.h"
#include "core/model/language_model.h"
#include "core/session/events.h"
#include "core/session/keep/loaded_model.h"

namespace reelquery {

/// One row per layer, in order. Densities and kept masses are means over the chunks, weighted by
/// the causal (query, key) pairs of each.
std::vector<LayerAttention> layerReports(const AttentionStats& stats);

/// What a backend has to know about the model and its device.
AttentionTarget attentionTarget(const LoadedModel& model);

/// The report's share of what a prefill did.
void fillPrefill(AnswerReport& report, const PrefillReport& prefill,
                 const AttentionBackend& backend);

/// Mean over layers and heads; 1 where nothing was sparse.
double meanDensity(const std::vector<LayerAttention>& layers);

}  // namespace reelquery
