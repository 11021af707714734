#include "core/spec/recommendation.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/spec/json_fields.h"

namespace reelquery {

std::optional<Recommendation> readRecommendation(const std::filesystem::path& folder) {
    const std::filesystem::path file = folder / "reelquery.json";
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) return std::nullopt;
    const nlohmann::json json = parseJsonFile(file);
    if (!json.contains("recommended")) return std::nullopt;
    const JsonFields fields = JsonFields({&json}, "reelquery.json").child("recommended");
    constexpr IntegerRange kTokens{1, 16384};
    Recommendation recommended;
    recommended.fps = fields.positive("frames_per_second");
    recommended.minTokensPerPair = static_cast<int>(fields.integer("min_tokens_per_pair", kTokens));
    recommended.maxTokensPerPair = static_cast<int>(
        fields.integer("max_tokens_per_pair", {recommended.minTokensPerPair, kTokens.high}));
    if (json.at("recommended").contains("threshold")) {
        recommended.threshold = fields.positive("threshold");
        if (*recommended.threshold > 1) {
            throw Error(ErrorCode::kModel, file.string() + ": the threshold must not exceed 1",
                        "XAttention keeps that share of the attention mass");
        }
    }
    return recommended;
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
