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

/// What of a checkpoint decides which frames a question takes, and how large they are.
struct FrameRules {
    int tokenSide = SamplingOptions().tokenSide;  ///< pixels along each side of a token
    std::optional<Recommendation> recommended;
};

/// The rules of the checkpoint in this folder. Errors: as readModelConfig.
FrameRules readFrameRules(const std::filesystem::path& folder);

/// `options` moved into the recommended range: not more frames a second (but for a closer look into
/// stretches), frame pairs not smaller or larger. Unchanged unless options.followModel, and where
/// nothing is recommended.
SamplingOptions followRecommendation(SamplingOptions options,
                                     const std::optional<Recommendation>& recommended);

/// `options` with the recommended threshold where they name none.
AttentionOptions followRecommendation(AttentionOptions options,
                                      const std::optional<Recommendation>& recommended);

}  // namespace reelquery
