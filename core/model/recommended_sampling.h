#pragma once
// How a checkpoint wants its frames, where its reelquery.json says so.

#include <filesystem>
#include <optional>

#include "core/base/run_options.h"

namespace reelquery {

/// What a small model was trained on; outside of it answers get worse.
struct RecommendedSampling {
    double fps = 0;
    int minTokensPerPair = 0;
    int maxTokensPerPair = 0;
};

/// The key "recommended" of reelquery.json; nothing where the file or the key is absent.
/// Errors: kModel for values that make no sense.
std::optional<RecommendedSampling> readRecommendedSampling(const std::filesystem::path& folder);

/// `options` moved into the recommended range: not more frames a second (but for a closer look into
/// stretches), frame pairs not smaller or larger. Unchanged unless options.followModel, and where
/// nothing is recommended.
SamplingOptions followRecommendation(SamplingOptions options,
                                     const std::optional<RecommendedSampling>& recommended);

}  // namespace reelquery
