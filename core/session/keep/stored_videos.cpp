#include "core/session/keep/stored_videos.h"

#include <filesystem>
#include <functional>
#include <system_error>

#include "core/session/session.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

constexpr const char* kId = "2-";
constexpr std::size_t kIdLength = 34;  // with 32 hexadecimal digits

/// Every file that is kept of videos; no others of these folders.
void forEachFile(const SessionStorage& storage,
                 const std::function<void(const fs::path& file, bool isSpeech)>& see) {
    for (const bool isSpeech : {false, true}) {
        const fs::path& folder = isSpeech ? storage.speechFolder : storage.featureFolder;
        if (folder.empty()) continue;
        std::error_code failed;
        for (fs::directory_iterator at(folder, failed), end; !failed && at != end;
             at.increment(failed)) {
            const std::string ending = at->path().extension().string();
            const bool isKept =
                isSpeech ? ending == ".speech" || ending == ".srt" : ending == ".features";
            if (isKept) see(at->path(), isSpeech);
        }
    }
}

}  // namespace

std::string contentOfName(const std::string& fileName) {
    if (fileName.size() <= kIdLength || fileName[kIdLength] != '-' || !fileName.starts_with(kId))
        return {};
    const std::string id = fileName.substr(0, kIdLength);
    return id.find_first_not_of("0123456789abcdef", 2) == std::string::npos ? id : std::string();
}

std::map<std::string, StoredVideo> storedVideos(const SessionStorage& storage) {
    std::map<std::string, StoredVideo> found;
    forEachFile(storage, [&found](const fs::path& file, bool isSpeech) {
        std::error_code gone;
        const auto bytes = static_cast<std::int64_t>(fs::file_size(file, gone));
        if (gone) return;
        StoredVideo& video = found[contentOfName(file.filename().string())];
        (isSpeech ? video.speechBytes : video.featureBytes) += bytes;
    });
    return found;
}

void forgetVideo(const SessionStorage& storage, const std::string& content) {
    forEachFile(storage, [&content](const fs::path& file, bool) {
        if (contentOfName(file.filename().string()) != content) return;
        std::error_code ignored;
        fs::remove(file, ignored);
    });
}

}  // namespace reelquery
