#include "core/session/keep/stored_features.h"

#include "core/session/keep/feature_folder.h"

namespace reelquery {

StoredFeatures storedFeatures(const std::filesystem::path& featureFolder) {
    StoredFeatures found;
    for (const FeatureFile& file : featureFilesIn(featureFolder)) {
        ++found.videos;
        found.bytes += file.bytes;
    }
    return found;
}

StoredFeatures clearStoredFeatures(const std::filesystem::path& featureFolder) {
    StoredFeatures removed;
    for (const FeatureFile& file : featureFilesIn(featureFolder)) {
        std::error_code refused;
        if (!std::filesystem::remove(file.path, refused)) continue;
        ++removed.videos;
        removed.bytes += file.bytes;
    }
    return removed;
}

}  // namespace reelquery
