#include "vision/sound/sound_info.h"

#include <algorithm>
#include <charconv>

#include "core/base/error.h"
#include "vision/sound/sound_input.h"
#include "vision/video/file_checks.h"

namespace reelquery {

SoundInfo probeSound(const std::filesystem::path& path, const CancelToken& cancel) {
    return SoundInput(path, cancel).info();
}

int chooseTrack(const SoundInfo& info, const std::string& wanted) {
    if (info.tracks.empty()) {
        throw Error(ErrorCode::kVideo, shownName(info.path) + " has no sound",
                    "choose a file with an audio track");
    }
    if (wanted.empty()) return info.best;
    std::size_t number = 0;
    const char* end = wanted.data() + wanted.size();
    const auto parsed = std::from_chars(wanted.data(), end, number);
    if (parsed.ec == std::errc() && parsed.ptr == end && number >= 1 &&
        number <= info.tracks.size()) {
        return info.tracks[number - 1].streamIndex;
    }
    const auto same =
        std::find_if(info.tracks.begin(), info.tracks.end(),
                     [&](const SoundTrack& track) { return track.language == wanted; });
    if (same != info.tracks.end()) return same->streamIndex;
    std::string list;
    for (std::size_t i = 0; i < info.tracks.size(); ++i) {
        const SoundTrack& track = info.tracks[i];
        list += (i ? ", " : "") + std::to_string(i + 1) + " (" + track.codec +
                (track.language.empty() ? "" : ", " + track.language) + ")";
    }
    throw Error(ErrorCode::kUsage, shownName(info.path) + " has no audio track '" + wanted + "'",
                "it has " + list);
}

}  // namespace reelquery
