#pragma once
// Finds the subtitle files that belong to a video.

#include <filesystem>
#include <string>
#include <vector>

namespace reelquery {

/// A subtitle file beside a video: film.srt or film.en.srt beside film.mkv.
struct SubtitleFile {
    std::filesystem::path path;
    std::string language;  ///< what stands between the names, "en"; may be empty
};

/// True for the endings that readSubtitleFile takes, .srt and .vtt in any case.
bool isSubtitleFile(const std::filesystem::path& file);

/// The subtitle files beside a video: the plain name first, .srt before .vtt, then by name. Empty
/// where the folder cannot be read. Thread: any.
std::vector<SubtitleFile> subtitleFilesBeside(const std::filesystem::path& video);

}  // namespace reelquery
