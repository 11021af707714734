#pragma once
// Random checkpoints of real shapes, to measure with.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/session/plan/shape_needs.h"

namespace reelquery {

/// Shapes that writeRandomCheckpoint knows: of models that answer, e.g. "qwen2-vl-2b".
std::vector<std::string> randomCheckpointKinds();

/// What a model of this shape needs here; as tokenNeeds. Errors: kUsage for an unknown kind,
/// kDevice.
std::vector<TokenNeed> needsOfShape(const std::string& kind, std::int64_t weightBytes,
                                    bool isPacked);

/// Those of models that hear, e.g. "whisper-base".
std::vector<std::string> randomSpeechCheckpointKinds();

/// Writes a random checkpoint in the hub's format into a new or empty folder. Its words are noise.
/// Errors: Error{kUsage} for an unknown kind or a folder in use, {kModel} when it cannot be
/// written.
void writeRandomCheckpoint(const std::string& kind, const std::filesystem::path& folder,
                           std::uint64_t seed);

}  // namespace reelquery
