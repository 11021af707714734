#include "core/session/keep/feature_folder.h"

#include <algorithm>
#include <system_error>

#include "core/base/replace_file.h"

namespace reelquery {

namespace fs = std::filesystem;

std::vector<FeatureFile> featureFilesIn(const fs::path& folder) {
    std::vector<FeatureFile> files;
    std::error_code failed;
    for (fs::directory_iterator at(folder, failed), end; !failed && at != end;
         at.increment(failed)) {
        const fs::path& path = at->path();
        if (path.extension() != kFeatureEnding && path.extension() != kUnfinishedEnding) continue;
        std::error_code gone;  // another process may remove it meanwhile
        FeatureFile file{path, static_cast<std::int64_t>(fs::file_size(path, gone)), {}};
        if (!gone) file.lastUse = fs::last_write_time(path, gone);
        if (!gone) files.push_back(std::move(file));
    }
    std::sort(files.begin(), files.end(),
              [](const FeatureFile& a, const FeatureFile& b) { return a.lastUse < b.lastUse; });
    return files;
}

}  // namespace reelquery
