#include "core/session/hear/speech_files.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>
#include <tuple>
#include <utility>

#include "core/base/error.h"
#include "core/base/fingerprint.h"
#include "core/base/json_nesting.h"
#include "core/base/replace_file.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kEnding = ".speech";

/// What a file holds.
struct Content {
    SpeechKey key;
    int version = 0;
    SpokenText spoken;
};

Json keyJson(const SpeechKey& key) {
    return {{"reelquery_speech", kSpeechVersion},
            {"content", key.content},
            {"model_id", key.modelId},
            {"track", key.track},
            {"language", key.language},
            {"options", key.options}};
}

/// Empty for what is damaged, made by others or gone.
std::optional<Content> read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string head;
    if (!std::getline(in, head) || nestsDeeperThan(head)) return std::nullopt;
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    try {
        const Json json = Json::parse(head);
        Content content;
        content.version = json.at("reelquery_speech").get<int>();
        content.key = {json.at("content").get<std::string>(),
                       json.at("model_id").get<std::string>(), json.at("track").get<std::string>(),
                       json.at("language").get<std::string>(),
                       json.at("options").get<std::string>()};
        content.spoken = readSpokenJson(text);
        return content;
    } catch (const Json::exception&) {
        return std::nullopt;
    } catch (const Error&) {
        return std::nullopt;
    }
}

fs::path subtitlesBeside(fs::path file) {
    file.replace_extension(".srt");
    std::error_code ignored;
    return fs::is_regular_file(file, ignored) ? file : fs::path();
}

struct SpeechFile {
    fs::path path;
    fs::file_time_type written;
    std::int64_t bytes = 0;  ///< with the subtitles beside it
};

/// Those of a folder, the newest first; empty where the folder cannot be read.
std::vector<SpeechFile> filesIn(const fs::path& folder) {
    std::vector<SpeechFile> files;
    std::error_code failed;
    for (fs::directory_iterator at(folder, failed), end; !failed && at != end;
         at.increment(failed)) {
        if (at->path().extension() != kEnding) continue;
        std::error_code gone;  // another process may remove it meanwhile
        SpeechFile file{at->path(), fs::last_write_time(at->path(), gone), 0};
        if (gone) continue;
        file.bytes = static_cast<std::int64_t>(fs::file_size(file.path, gone));
        if (gone) continue;
        if (const fs::path beside = subtitlesBeside(file.path); !beside.empty()) {
            const auto bytes = fs::file_size(beside, gone);
            if (!gone) file.bytes += static_cast<std::int64_t>(bytes);
        }
        files.push_back(std::move(file));
    }
    std::sort(files.begin(), files.end(), [](const SpeechFile& a, const SpeechFile& b) {
        return std::tie(b.written, a.path) < std::tie(a.written, b.path);
    });
    return files;
}

bool removeWithSubtitles(const fs::path& file) {
    std::error_code refused;
    const fs::path beside = subtitlesBeside(file);
    if (!beside.empty()) fs::remove(beside, refused);
    return fs::remove(file, refused);
}

}  // namespace

fs::path SpeechFiles::fileOf(const SpeechKey& key) const {
    Fingerprint print;
    print.add(kSpeechVersion);
    for (const std::string* part :
         {&key.content, &key.modelId, &key.track, &key.language, &key.options}) {
        print.add(*part);
    }
    return folder_ / (key.content + "-" + print.hex() + kEnding);
}

bool SpeechFiles::hasAny() const {
    return !folder_.empty() && !filesIn(folder_).empty();
}

std::optional<KeptSpeech> SpeechFiles::find(const SpeechKey& key) const {
    if (folder_.empty() || key.content.empty()) return std::nullopt;
    const fs::path file = fileOf(key);
    std::optional<Content> content = read(file);
    if (!content || content->version != kSpeechVersion || content->key != key) return std::nullopt;
    return KeptSpeech{std::move(content->spoken), subtitlesBeside(file)};
}

std::optional<KeptSpeech> SpeechFiles::newest(const std::string& content,
                                              const std::string& modelId) const {
    if (folder_.empty() || content.empty()) return std::nullopt;
    for (const SpeechFile& file : filesIn(folder_)) {
        if (!file.path.filename().string().starts_with(content + "-")) continue;
        std::optional<Content> found = read(file.path);
        if (!found || found->version != kSpeechVersion || !found->key.track.empty()) continue;
        if (!modelId.empty() && found->key.modelId != modelId) continue;
        return KeptSpeech{std::move(found->spoken), subtitlesBeside(file.path)};
    }
    return std::nullopt;
}

KeptSpeech SpeechFiles::keep(const SpeechKey& key, SpokenText spoken) const {
    if (folder_.empty() || key.content.empty()) return {std::move(spoken), {}};
    std::error_code refused;
    fs::create_directories(folder_, refused);
    const fs::path file = fileOf(key);
    fs::path subtitles = file;
    subtitles.replace_extension(".srt");
    const bool isKept =
        replaceFile(subtitles, [&](std::ostream& out) { out << srtText(spoken); }) &&
        replaceFile(file, [&](std::ostream& out) {
            out << keyJson(key).dump(-1, ' ', false, Json::error_handler_t::replace) << "\n"
                << spokenJson(spoken);
        });
    if (!isKept) {
        fs::remove(subtitles, refused);
        spoken.notes.push_back("what was heard could not be kept in " + folder_.string());
        return {std::move(spoken), {}};
    }
    makeRoom();
    return {std::move(spoken), subtitles};
}

void SpeechFiles::makeRoom() const {
    std::int64_t bytes = 0;
    bool isNewest = true;
    for (const SpeechFile& file : filesIn(folder_)) {
        bytes += file.bytes;
        if (bytes > kMostSpeechBytes && !isNewest) removeWithSubtitles(file.path);
        isNewest = false;
    }
}

std::vector<StoredSpeech> storedSpeech(const fs::path& folder) {
    std::vector<StoredSpeech> stored;
    for (const SpeechFile& file : filesIn(folder)) {
        const std::optional<Content> content = read(file.path);
        StoredSpeech one;
        one.bytes = file.bytes;
        if (content) {
            one.video = content->spoken.file;
            one.model = content->spoken.model;
            one.language = content->spoken.language;
            one.lines = static_cast<int>(content->spoken.lines.size());
            one.version = content->version;
        }
        stored.push_back(std::move(one));
    }
    std::stable_sort(
        stored.begin(), stored.end(),
        [](const StoredSpeech& a, const StoredSpeech& b) { return a.video < b.video; });
    return stored;
}

int clearStoredSpeech(const fs::path& folder) {
    int removed = 0;
    for (const SpeechFile& file : filesIn(folder))
        removed += removeWithSubtitles(file.path) ? 1 : 0;
    return removed;
}

}  // namespace reelquery
