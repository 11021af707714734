#include "core/bench/random_checkpoint.h"

#include "core/bench/random_model.h"
#include "core/bench/random_model_kinds.h"

namespace reelquery {

std::vector<std::string> randomCheckpointKinds() {
    return randomModelKinds();
}

std::vector<TokenNeed> needsOfShape(const std::string& kind, std::int64_t weightBytes,
                                    bool isPacked) {
    return tokenNeedsOf(randomModelKind(kind).config, weightBytes, isPacked);
}

void writeRandomCheckpoint(const std::string& kind, const std::filesystem::path& folder,
                           std::uint64_t seed) {
    writeRandomModel(kind, folder, seed, {}, {});
}

}  // namespace reelquery
