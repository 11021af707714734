#pragma once
// What the vision features on disk take, and how to be rid of them.

#include <cstdint>
#include <filesystem>

namespace reelquery {

struct StoredFeatures {
    int videos = 0;  ///< files; one for each video and choice of frames
    std::int64_t bytes = 0;
};

/// Counts the feature files of a folder; nothing where there is no such folder. Thread: any.
StoredFeatures storedFeatures(const std::filesystem::path& featureFolder);

/// Removes them and returns what was removed. Other files stay. Thread: any.
StoredFeatures clearStoredFeatures(const std::filesystem::path& featureFolder);

}  // namespace reelquery
