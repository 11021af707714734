#include "core/spec/recommendation.h"

#include <algorithm>

#include "core/spec/model_config.h"
#include "core/spec/own_settings.h"

namespace reelquery {

std::optional<Recommendation> readRecommendation(const std::filesystem::path& folder) {
    return readOwnSettings(folder, {}).recommended;
}

FrameRules readFrameRules(const std::filesystem::path& folder) {
    const ModelConfig config = readModelConfig(folder);
    return {static_cast<int>(config.vision.pixelsPerToken()), config.recommended};
}

SamplingOptions followRecommendation(SamplingOptions options,
                                     const std::optional<Recommendation>& recommended) {
    if (!options.followModel || !recommended) return options;
    // A closer look into stretches is there to see more often than before.
    if (options.within.empty()) options.fps = std::min(options.fps, recommended->fps);
    options.minTokensPerPair = std::clamp(options.minTokensPerPair, recommended->minTokensPerPair,
                                          recommended->maxTokensPerPair);
    options.maxTokensPerPair = std::clamp(options.maxTokensPerPair, recommended->minTokensPerPair,
                                          recommended->maxTokensPerPair);
    return options;
}

AttentionOptions followRecommendation(AttentionOptions options,
                                      const std::optional<Recommendation>& recommended) {
    std::optional<double>& threshold = options.selector.threshold;
    if (!threshold && recommended) threshold = recommended->threshold;
    return options;
}

}  // namespace reelquery
