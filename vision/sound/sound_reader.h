#pragma once
// The sound of a file as Whisper wants it: 16 kHz, mono, 16 bit, a second at a time.
//
// Note [The sound's clock]
// Sample n belongs to time n / 16000 after the container's start, whichever of picture and sound
// begins first there: what starts late has zeros before it, gaps and damaged stretches are zeros.
// That is the clock of subtitle files, and of players.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cancel.h"

namespace reelquery {

inline constexpr int kSoundRate = 16000;

/// Which sound to read.
struct SoundRequest {
    std::filesystem::path path;
    int streamIndex = -1;       ///< -1: the track a player would play
    double fromS = 0;           ///< from the container's start
    std::optional<double> toS{};  ///< unset: to the sound's end
};

/// How reading went so far.
struct SoundReport {
    int decodeErrors = 0;      ///< packets or frames that were damaged
    int disbelievedTimes = 0;  ///< time stamps that made no sense
    double silentS = 0;        ///< seconds of zeros put where there was no sound, start included
    bool endedEarly = false;   ///< the file could not be read to its end

    /// What a person should know, one clear line each; empty where all went well.
    std::vector<std::string> notes() const;
};

/// Decodes one track from front to back. Memory does not grow with the file. Confined to one
/// thread.
class SoundReader {
  public:
    /// Errors: kVideo where the file cannot be opened, has no sound or none that can be decoded
    /// here; kUsage for an empty range; kCancelled.
    SoundReader(const SoundRequest& request, const CancelToken& cancel);
    ~SoundReader();

    /// Appends the next samples, about a second of them. False at the end, with nothing appended.
    /// Errors: kVideo where nothing of the track could be decoded; kCancelled.
    bool read(std::vector<std::int16_t>& samples);

    const SoundReport& report() const;

    /// How long the request is, as far as the header tells; 0 where it does not.
    double expectedS() const;

  private:
    class Decoding;
    std::unique_ptr<Decoding> decoding_;
};

}  // namespace reelquery
