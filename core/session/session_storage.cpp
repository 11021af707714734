#include "core/base/environment.h"
#include "core/session/session.h"

namespace reelquery {

SessionStorage defaultStorage() {
    std::filesystem::path folder;
    if (const std::string cache = environment("XDG_CACHE_HOME"); !cache.empty()) {
        folder = cache;
    } else if (const std::string home = environment("HOME"); !home.empty()) {
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
