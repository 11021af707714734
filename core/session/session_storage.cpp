#include "core/base/user_folder.h"
#include "core/session/session.h"

namespace reelquery {

SessionStorage defaultStorage() {
    std::filesystem::path folder = userFolder("XDG_CACHE_HOME", ".cache");
    if (folder.empty()) return {};
    folder /= "reelquery";
    SessionStorage storage;
    storage.featureFolder = folder / "features";
    storage.speechFolder = folder / "speech";
    storage.measurementsFile = folder / "measurements.json";
    return storage;
}

}  // namespace reelquery
