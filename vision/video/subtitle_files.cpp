#include "vision/video/subtitle_files.h"

#include <algorithm>
#include <cctype>
#include <system_error>
#include <tuple>

namespace reelquery {

namespace fs = std::filesystem;

namespace {

std::string lowerEnding(const fs::path& file) {
    std::string ending = file.extension().string();
    std::transform(ending.begin(), ending.end(), ending.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return ending;
}

}  // namespace

bool isSubtitleFile(const fs::path& file) {
    const std::string ending = lowerEnding(file);
    return ending == ".srt" || ending == ".vtt";
}

std::vector<SubtitleFile> subtitleFilesBeside(const fs::path& video) {
    const std::string stem = video.stem().string();
    const fs::path folder = video.has_parent_path() ? video.parent_path() : fs::path(".");
    std::vector<SubtitleFile> found;
    std::error_code failed;
    for (fs::directory_iterator at(folder, failed), end; !failed && at != end;
         at.increment(failed)) {
        const fs::path& file = at->path();
        std::error_code gone;
        if (!isSubtitleFile(file) || !at->is_regular_file(gone)) continue;
        const std::string name = file.stem().string();
        if (name == stem) {
            found.push_back({file, {}});
        } else if (name.size() > stem.size() + 1 && name.starts_with(stem + ".")) {
            found.push_back({file, name.substr(stem.size() + 1)});
        }
    }
    std::sort(found.begin(), found.end(), [](const SubtitleFile& a, const SubtitleFile& b) {
        const std::string endingA = lowerEnding(a.path), endingB = lowerEnding(b.path);
        return std::tie(a.language, endingA, a.path) < std::tie(b.language, endingB, b.path);
    });
    return found;
}

}  // namespace reelquery
