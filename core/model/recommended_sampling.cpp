#include "core/model/recommended_sampling.h"

#include <algorithm>

#include "core/model/json_fields.h"

namespace reelquery {

std::optional<RecommendedSampling> readRecommendedSampling(const std::filesystem::path& folder) {
    const std::filesystem::path file = folder / "reelquery.json";
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) return std::nullopt;
    const nlohmann::json json = parseJsonFile(file);
    if (!json.contains("recommended")) return std::nullopt;
    const JsonFields fields = JsonFields({&json}, "reelquery.json").child("recommended");
    constexpr IntegerRange kTokens{1, 16384};
    RecommendedSampling recommended;
    recommended.fps = fields.positive("frames_per_second");
    recommended.minTokensPerPair = static_cast<int>(fields.integer("min_tokens_per_pair", kTokens));
    recommended.maxTokensPerPair = static_cast<int>(
        fields.integer("max_tokens_per_pair", {recommended.minTokensPerPair, kTokens.high}));
    return recommended;
}

SamplingOptions followRecommendation(SamplingOptions options,
                                     const std::optional<RecommendedSampling>& recommended) {
    if (!options.followModel || !recommended) return options;
    // A closer look into stretches is there to see more often than before.
    if (options.within.empty()) options.fps = std::min(options.fps, recommended->fps);
    options.minTokensPerPair = std::clamp(options.minTokensPerPair, recommended->minTokensPerPair,
                                          recommended->maxTokensPerPair);
    options.maxTokensPerPair = std::clamp(options.maxTokensPerPair, recommended->minTokensPerPair,
                                          recommended->maxTokensPerPair);
    return options;
}

}  // namespace reelquery
