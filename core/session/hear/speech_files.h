#pragma once
// What was heard in videos, kept on disk: minutes of work that no later question repeats.
//
// Note [Kept speech]
// <content id>-<fingerprint of the key>.speech holds a line of JSON with the key and below it what
// spokenJson writes; beside it lies the same text as .srt, for players. A file is found again by
// what is in the video (contentId), wherever it was moved and whatever it is called now. Both are
// written whole or not at all; one that cannot be read counts as absent. The oldest go where all
// of them would take more than kMostSpeechBytes.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/session/hear/spoken_text.h"

namespace reelquery {

/// Counts the ways in which a sound becomes lines: resampling, spectrum, decoding, rules, times.
/// Raise it with every change that alters a line; speech kept by another version is not used.
inline constexpr int kSpeechVersion = 2;

inline constexpr std::int64_t kMostSpeechBytes = std::int64_t{256} << 20;

/// All that decides what is heard.
struct SpeechKey {
    std::string content;   ///< contentId of the file
    std::string modelId;   ///< modelIdentity of the model's folder
    std::string track;     ///< as it was asked for; empty: what a player would play
    std::string language;  ///< as it was asked for; empty: the model told
    std::string options;   ///< everything else, in one word each

    bool operator==(const SpeechKey&) const = default;
};

/// Kept speech.
struct KeptSpeech {
    SpokenText spoken;
    std::filesystem::path subtitles;  ///< .srt; empty where the disk did not take it
};

/// A folder of kept speech. A value; thread: any, also several processes at once.
class SpeechFiles {
  public:
    /// An empty path: nothing is kept or found. The folder is made on first use.
    explicit SpeechFiles(std::filesystem::path folder = {}) : folder_(std::move(folder)) {}

    /// Whether anything is kept at all: without it no video's content needs to be looked at.
    bool hasAny() const;

    /// What was heard with this key.
    std::optional<KeptSpeech> find(const SpeechKey& key) const;

    /// What was heard last in the main track of a file with this content, by any model; by the
    /// model of this id where that is not empty.
    std::optional<KeptSpeech> newest(const std::string& content,
                                     const std::string& modelId = {}) const;

    /// Keeps it, in place of what was heard with the same key before. What the disk refuses
    /// becomes a note of it.
    KeptSpeech keep(const SpeechKey& key, SpokenText spoken) const;

  private:
    std::filesystem::path fileOf(const SpeechKey& key) const;
    void makeRoom() const;

    std::filesystem::path folder_;
};

/// One file of kept speech, for a list.
struct StoredSpeech {
    std::filesystem::path video;  ///< as it was called then
    std::string model, language;
    int lines = 0;
    std::int64_t bytes = 0;
    int version = 0;  ///< kSpeechVersion that made it
};

/// All of a folder, by the video's path; empty where there is no such folder. Thread: any.
std::vector<StoredSpeech> storedSpeech(const std::filesystem::path& folder);

/// Removes them and returns how many there were. Other files stay. Thread: any.
int clearStoredSpeech(const std::filesystem::path& folder);

}  // namespace reelquery
