#pragma once
// What a checkpoint wants of a run, where its reelquery.json says so.

#include <filesystem>
#include <optional>

#include "core/base/run_options.h"

namespace reelquery {

/// The frames that a small model was trained on (outside of that its answers get worse) and how
/// sparse its attention may be.
struct Recommendation {
    double fps = 0;
    int minTokensPerPair = 0;
    int maxTokensPerPair = 0;
    std::optional<double> threshold;  ///< XAttention's tau, below which answers change
};

/// The key "recommended" of reelquery.json; nothing where the file or the key is absent.
/// Errors: kModel for values that make no sense.
std::optional<Recommendation> readRecommendation(const std::filesystem::path& folder);

/// `options` moved into the recommended range: not more frames a second (but for a closer look into
/// stretches), frame pairs not smaller or larger. Unchanged unless options.followModel, and where
/// nothing is recommended.
SamplingOptions followRecommendation(SamplingOptions options,
                                     const std::optional<Recommendation>& recommended);

/// `options` with the recommended threshold where they name none.
AttentionOptions followRecommendation(AttentionOptions options,
                                      const std::optional<Recommendation>& recommended);

}  // namespace reelquery
