#pragma once
// The feature files that lie in a folder, whole ones and ones whose writer was killed.

#include <cstdint>
#include <filesystem>
#include <vector>

namespace reelquery {

inline constexpr const char* kFeatureEnding = ".features";

struct FeatureFile {
    std::filesystem::path path;
    std::int64_t bytes = 0;
    std::filesystem::file_time_type lastUse;
};

/// Files with either ending, longest unused first; empty where the folder cannot be read.
std::vector<FeatureFile> featureFilesIn(const std::filesystem::path& folder);

}  // namespace reelquery
