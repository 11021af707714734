#include "core/session/attention_summary.h"

#include <algorithm>

namespace reelquery {

namespace {

/// Reasons beyond this many say little more.
constexpr std::size_t kMostReasons = 3;

}  // namespace

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
    std::string line = count(sparse) + "sparse";
    if (sparse == 0) line = count(all) + "dense";
    if (sparse > 0 && sparse < all) line += ", " + std::to_string(all - sparse) + " dense";
    for (std::size_t i = 0; i < std::min(reasons.size(), kMostReasons); ++i) {
        line += (i == 0 ? ": " : "; ") + reasons[i];
    }
    return line + (reasons.size() > kMostReasons ? "; ..." : "");
}

}  // namespace reelquery
