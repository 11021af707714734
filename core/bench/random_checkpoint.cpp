#include "core/bench/random_checkpoint.h"

#include <algorithm>

#include "core/bench/random_model.h"
#include "core/bench/random_model_kinds.h"
#include "core/bench/random_speech.h"

namespace reelquery {

std::vector<std::string> randomCheckpointKinds() {
    return randomModelKinds();
}

std::vector<TokenNeed> needsOfShape(const std::string& kind, std::int64_t weightBytes,
                                    bool isPacked) {
    return tokenNeedsOf(randomModelKind(kind).config, weightBytes, isPacked);
}

std::vector<std::string> randomSpeechCheckpointKinds() {
    return randomSpeechKinds();
}

void writeRandomCheckpoint(const std::string& kind, const std::filesystem::path& folder,
                           std::uint64_t seed) {
    const std::vector<std::string> speech = randomSpeechKinds();
    if (std::find(speech.begin(), speech.end(), kind) != speech.end()) {
        writeRandomTensors(randomSpeechShape(kind), folder, seed, {}, {});
    } else {
        writeRandomModel(kind, folder, seed, {}, {});
    }
}

}  // namespace reelquery
