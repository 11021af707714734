#include "core/attention/prompt_density.h"

#include <numeric>
#include <utility>
#include <vector>

namespace reelquery {

std::optional<SeenDensity> PromptDensity::of(int layer) const {
    const auto found = layers_.find(layer);
    if (found == layers_.end()) return std::nullopt;
    if (const auto* seen = std::get_if<SeenDensity>(&found->second)) return *seen;
    const auto& arriving = std::get<Arriving>(found->second);
    const std::vector<double> heads = arriving.perHead.read();
    const double sum = std::accumulate(heads.begin(), heads.end(), 0.0);
    return SeenDensity{sum / static_cast<double>(heads.size()), arriving.keys};
}

void PromptDensity::saw(int layer, const SeenDensity& density) {
    layers_.insert_or_assign(layer, density);
}

void PromptDensity::saw(int layer, std::int64_t keys, ArrivingValues perHead) {
    layers_.insert_or_assign(layer, Arriving{keys, std::move(perHead)});
}

}  // namespace reelquery
