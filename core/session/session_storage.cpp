#include <cstdlib>

#include "core/session/session.h"

namespace reelquery {

SessionStorage defaultStorage() {
    const char* cache = std::getenv("XDG_CACHE_HOME");
    const char* home = std::getenv("HOME");
    std::filesystem::path folder;
    if (cache && *cache) {
        folder = cache;
    } else if (home && *home) {
        folder = std::filesystem::path(home) / ".cache";
    } else {
        return {};
    }
    folder /= "reelquery";
    SessionStorage storage;
    storage.featureFolder = folder / "features";
    storage.speechFolder = folder / "speech";
    storage.measurementsFile = folder / "measurements.json";
    return storage;
}

}  // namespace reelquery
