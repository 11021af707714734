#pragma once
// What a file says about its sound.

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/cancel.h"

namespace reelquery {

/// An audio stream of a container.
struct SoundTrack {
    int streamIndex = 0;
    std::string codec;     ///< "aac", "ac3", "opus", ...
    std::string language;  ///< as tagged, often ISO 639-2; may be empty
    std::string title;     ///< may be empty
    int channels = 0;      ///< 0 where the header does not tell
    int sampleRate = 0;    ///< Hz
    bool isDefault = false;
};

/// A file's audio tracks. A value.
struct SoundInfo {
    std::filesystem::path path;
    std::vector<SoundTrack> tracks;  ///< in the container's order; empty: the file is silent
    int best = -1;  ///< streamIndex of the one a player would play; -1 where there is none
    double durationS =
        0;  ///< of the file from the container's start, as its header says; 0 unknown
};

/// Reads what the header says; decodes nothing. A file without sound is no error here.
/// Thread: any. Errors: kVideo naming the file and what is wrong with it; kCancelled.
SoundInfo probeSound(const std::filesystem::path& path, const CancelToken& cancel = {});

/// The track a person means: "" the best one, "2" the second, "ger" the first of that language.
/// Returns its streamIndex. Errors: kVideo where the file has no sound; kUsage where it has no such
/// track, naming those it has.
int chooseTrack(const SoundInfo& info, const std::string& wanted);

}  // namespace reelquery
