#include "core/spec/own_settings.h"

#include "core/base/error.h"
#include "core/spec/json_fields.h"

namespace reelquery {

namespace {

PromptConfig readPrompt(const JsonFields& prompt, PromptConfig config) {
    config.timeTextEveryPairs = static_cast<int>(
        prompt.integer("time_text_every_pairs", {0, 1 << 20}, config.timeTextEveryPairs));
    config.system = prompt.text("system", config.system);
    return config;
}

Recommendation readRecommended(const JsonFields& fields, const std::string& file) {
    constexpr IntegerRange kTokens{1, 16384};
    Recommendation recommended;
    recommended.fps = fields.positive("frames_per_second");
    recommended.minTokensPerPair = static_cast<int>(fields.integer("min_tokens_per_pair", kTokens));
    recommended.maxTokensPerPair = static_cast<int>(
        fields.integer("max_tokens_per_pair", {recommended.minTokensPerPair, kTokens.high}));
    if (!fields.find("threshold")) return recommended;
    recommended.threshold = fields.positive("threshold");
    if (*recommended.threshold > 1) {
        throw Error(ErrorCode::kModel, file + ": the threshold must not exceed 1",
                    "XAttention keeps that share of the attention mass");
    }
    return recommended;
}

}  // namespace

OwnSettings readOwnSettings(const std::filesystem::path& folder, const PromptConfig& family) {
    OwnSettings settings{family, {}};
    const std::filesystem::path file = folder / "reelquery.json";
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) return settings;
    const nlohmann::json json = parseJsonFile(file);
    const JsonFields top({&json}, file.string());
    settings.prompt = readPrompt(top.child("prompt"), settings.prompt);
    if (top.find("recommended")) {
        settings.recommended = readRecommended(top.child("recommended"), file.string());
    }
    return settings;
}

}  // namespace reelquery
