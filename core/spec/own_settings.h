#pragma once
// reelquery.json: what a checkpoint says of itself beyond the hub's files. All of it is optional.

#include <filesystem>
#include <optional>

#include "core/spec/model_spec.h"
#include "core/spec/recommendation.h"

namespace reelquery {

struct OwnSettings {
    PromptConfig prompt;                        ///< key "prompt"
    std::optional<Recommendation> recommended;  ///< key "recommended"
};

/// Reads reelquery.json of a model folder; what it does not say is the family's. `family` alone
/// where the file is absent. Errors: kModel for values that make no sense.
OwnSettings readOwnSettings(const std::filesystem::path& folder, const PromptConfig& family);

}  // namespace reelquery
