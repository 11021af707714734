#include "core/bench/random_checkpoint.h"

#include "core/bench/random_model.h"

namespace reelquery {

std::vector<std::string> randomCheckpointKinds() {
    return randomModelKinds();
}

void writeRandomCheckpoint(const std::string& kind, const std::filesystem::path& folder,
                           std::uint64_t seed) {
    writeRandomModel(kind, folder, seed, {}, {});
}

}  // namespace reelquery
