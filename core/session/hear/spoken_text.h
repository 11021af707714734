#pragma once
// What is said in a file, as plain values, and the files it is written to.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace reelquery {

/// A word of a line. Times count from the file's start.
struct HeardWord {
    std::string text;
    double fromS = 0, toS = 0;
    double confidence = 0;  ///< 0 to 1: what the model gave it
};

/// A line of subtitles.
struct HeardLine {
    std::string text;  ///< without white space at its ends, not empty
    double fromS = 0, toS = 0;
    double confidence = 0;    ///< 0 to 1: of a token of its window, on average (geometric)
    bool isDoubtful = false;  ///< the model was not sure that it heard this
    std::vector<HeardWord> words;
};

/// Everything that was heard.
struct SpokenText {
    std::filesystem::path file;
    std::string track;               ///< codec and language of the audio track
    std::string language;            ///< code of what is spoken, "en"
    double languageProbability = 0;  ///< 1 where it was given
    std::string model;               ///< folder name
    std::string device;              ///< "cpu float32"
    double soundS = 0;               ///< length of the sound
    double spokenS = 0;              ///< of it, where something was heard at all
    double seconds = 0;              ///< spent on all of it
    std::vector<HeardLine> lines;    ///< in order of fromS
    std::vector<std::string> notes;  ///< one line each, for a person
};

/// SubRip and WebVTT text. Doubtful lines end with " (?)".
std::string srtText(const SpokenText& spoken);
std::string vttText(const SpokenText& spoken);

/// All of it as a JSON object on several lines.
std::string spokenJson(const SpokenText& spoken);

/// What spokenJson wrote. Errors: kUsage where it is something else.
SpokenText readSpokenJson(std::string_view json);

/// How many lines the model was not sure of.
int doubtfulLines(const SpokenText& spoken);

/// Writes `file` as its ending says: .srt, .vtt or .json, in place of an old one, whole or not at
/// all. Errors: kUsage for another ending, or where the disk does not take it.
void writeSpokenText(const SpokenText& spoken, const std::filesystem::path& file);

/// Refuses what writeSpokenText would not write, before any work is done: unknown endings, folders
/// that are not there or closed, a folder in the file's place. Errors: kUsage.
void checkSpokenTextFile(const std::filesystem::path& file);

}  // namespace reelquery
