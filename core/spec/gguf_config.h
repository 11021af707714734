#pragma once
// A model's config from the keys of its GGUF files.

#include <filesystem>

#include "core/spec/model_config.h"

namespace reelquery {

/// visionFile: the tower's file; empty: the one that ggufVisionFile() finds. What neither file says
/// (time axis, windows, sizes of pictures) is the family's. Errors: kModel naming file and key; for
/// an architecture that cannot be run, the ones that can; where no tower's file is found, how to
/// name one.
ModelConfig readGgufConfig(const std::filesystem::path& model,
                           const std::filesystem::path& visionFile);

}  // namespace reelquery
