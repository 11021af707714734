#pragma once
// Random Whisper checkpoints of real shapes. Internal to core/bench; see random_model.h.

#include <string>
#include <vector>

#include "core/bench/random_model.h"

namespace reelquery {

/// "tiny-speech", for tests, and the published shapes: "whisper-base", "whisper-large-v3-turbo",
/// ...
std::vector<std::string> randomSpeechKinds();

/// What a checkpoint of this kind consists of. Errors: kUsage, naming the kinds there are.
CheckpointShape randomSpeechShape(const std::string& kind);

}  // namespace reelquery
