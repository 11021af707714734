#include "app/gui/player/played_parts.h"

#include <cstdint>
#include <filesystem>
#include <system_error>

#include "app/gui/look/format.h"

namespace reelquery {

std::vector<PlayedPart> playedParts(const VideoSummary& video) {
    std::vector<PlayedPart> parts;
    for (const std::filesystem::path& picture : video.pictures)
        parts.push_back({std::filesystem::absolute(picture).string(), 0, 1});
    if (video.stretches.empty()) return parts;
    const std::filesystem::path file = toPath(absolutePath(toQString(video.path)));
    std::error_code unknown;
    const auto size = std::filesystem::file_size(file, unknown);
    const std::int64_t bytes = unknown ? 0 : static_cast<std::int64_t>(size);
    for (std::size_t i = 0; i < video.stretches.size(); ++i) {
        const PlayedStretch& stretch = video.stretches[i];
        const std::int64_t end =
            i + 1 < video.stretches.size() ? video.stretches[i + 1].firstByte : bytes;
        std::string place = "slice://";
        place.append(std::to_string(stretch.firstByte)).append("-").append(std::to_string(end));
        place.append("@").append(file.string());
        parts.push_back({std::move(place), stretch.ownStartS, stretch.lengthS});
    }
    return parts;
}

std::string countedText(const std::string& text) {
    std::string counted = "%";
    return counted.append(std::to_string(text.size())).append("%").append(text);
}

}  // namespace reelquery
