#include "core/session/report/attention_summary.h"

#include <algorithm>
#include <numeric>

namespace reelquery {

namespace {

/// Reasons beyond this many say little more.
constexpr std::size_t kMostReasons = 3;

}  // namespace

double layerDensity(const LayerAttention& layer) {
    if (layer.densityPerHead.empty()) return 1;
    return std::accumulate(layer.densityPerHead.begin(), layer.densityPerHead.end(), 0.0) /
           static_cast<double>(layer.densityPerHead.size());
}

std::string attentionSummary(const std::vector<LayerAttention>& layers) {
    const auto count = [](std::ptrdiff_t n) {
        return std::to_string(n) + (n == 1 ? " layer " : " layers ");
    };
    const std::ptrdiff_t sparse = std::count_if(layers.begin(), layers.end(),
                                                [](const LayerAttention& l) { return l.sparse; });
    const auto all = static_cast<std::ptrdiff_t>(layers.size());
    std::vector<std::string> reasons;
    for (const LayerAttention& layer : layers) {
        const bool isLeftOut = layer.why.empty() || (layer.sparse && sparse < all);
        if (isLeftOut || std::find(reasons.begin(), reasons.end(), layer.why) != reasons.end())
            continue;
        reasons.push_back(layer.why);
    }
    if (reasons.empty()) return {};
    if (sparse == all && reasons.size() > 1) {
        const auto densest = std::max_element(layers.begin(), layers.end(),
                                              [](const LayerAttention& a, const LayerAttention& b) {
                                                  return layerDensity(a) < layerDensity(b);
                                              });
        return count(all) + "sparse; the densest, layer " + std::to_string(densest->layer) + ": " +
               densest->why;
    }
    std::string line = count(sparse) + "sparse";
    if (sparse == 0) line = count(all) + "dense";
    if (sparse > 0 && sparse < all) line += ", " + std::to_string(all - sparse) + " dense";
    for (std::size_t i = 0; i < std::min(reasons.size(), kMostReasons); ++i) {
        line += (i == 0 ? ": " : "; ") + reasons[i];
    }
    return line + (reasons.size() > kMostReasons ? "; ..." : "");
}

}  // namespace reelquery
