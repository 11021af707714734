// Where in the stretch that a word was given its sound begins and ends.

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/speech/high_pass.h"
#include "core/speech/voice_activity.h"

namespace reelquery {

namespace {

constexpr double kFaintDb = 34;         // 20 log10 of 52, the mean of a tone with peaks at -50 dBFS
constexpr double kAroundS = 1.5;        // on each side, to know what is heard where nobody speaks
constexpr double kQuietest = 0.1;       // this share of it is without the voice
constexpr double kLeastDb = 5;          // noise alone seldom rises so far
constexpr double kShare = 0.25;         // of the way from the noise to the word's loudest
constexpr double kLeastContrastDb = 8;  // below, the word cannot be told from what is around it

/// Levels of every 10 ms from a sample on, each over 30 ms, in decibels of a sample of 1.
std::vector<double> levelsOf(SoundView sound) {
    HighPass pass;
    std::vector<double> energies;
    for (std::size_t at = 0; at + kFrameSamples <= sound.size(); at += kFrameSamples) {
        double sum = 0;
        for (const std::int16_t sample : sound.subspan(at, kFrameSamples)) {
            const double passed = pass(sample);
            sum += passed * passed;
        }
        energies.push_back(sum / static_cast<double>(kFrameSamples));
    }
    std::vector<double> levels(energies.size());
    for (std::size_t i = 0; i < energies.size(); ++i) {
        const std::size_t first = i > 0 ? i - 1 : 0, end = std::min(i + 2, energies.size());
        double sum = 1;  // a floor, so that digital silence has a level, too
        for (std::size_t j = first; j < end; ++j) sum += energies[j];
        levels[i] = 10 * std::log10(sum / static_cast<double>(end - first));
    }
    return levels;
}

/// The frames of 10 ms, counted from fromS, between which the word is heard; none where it cannot
/// be told from what is around it.
FrameRange heardIn(SoundView sound, double fromS, double toS) {
    const auto sample = [&](double seconds) {
        return std::clamp<std::int64_t>(std::llround(seconds * kSpeechRate), 0,
                                        static_cast<std::int64_t>(sound.size()));
    };
    const std::int64_t from = sample(fromS), to = sample(toS);
    // Whole frames before the word, so that one begins with it.
    const std::int64_t before = std::min(from, sample(kAroundS)) / kFrameSamples * kFrameSamples;
    const std::int64_t end = sample(toS + kAroundS);
    if (to <= from) return {};
    const std::vector<double> levels = levelsOf(sound.subspan(
        static_cast<std::size_t>(from - before), static_cast<std::size_t>(end - from + before)));
    const auto count = static_cast<std::int64_t>(levels.size());
    const std::int64_t first = before / kFrameSamples;
    const std::int64_t last = std::min(count, first + (to - from) / kFrameSamples);
    if (first >= last) return {};
    std::vector<double> sorted = levels;
    std::sort(sorted.begin(), sorted.end());
    const double noiseDb =
        sorted[static_cast<std::size_t>(kQuietest * static_cast<double>(sorted.size()))];
    const double loudestDb = *std::max_element(levels.begin() + first, levels.begin() + last);
    if (loudestDb - noiseDb < kLeastContrastDb) return {};
    const double leastDb =
        std::max(kFaintDb, noiseDb + std::max(kLeastDb, kShare * (loudestDb - noiseDb)));
    const auto isHeard = [leastDb](double level) { return level >= leastDb; };
    const auto begin = std::find_if(levels.begin() + first, levels.begin() + last, isHeard);
    if (begin == levels.begin() + last) return {};
    auto behind = levels.begin() + last;
    while (!isHeard(*(behind - 1))) --behind;
    return {begin - levels.begin() - first, behind - levels.begin() - first};
}

}  // namespace

double firstSoundS(SoundView sound, double fromS, double toS) {
    const FrameRange heard = heardIn(sound, fromS, toS);
    return fromS + static_cast<double>(heard.from * kFrameSamples) / kSpeechRate;
}

double lastSoundS(SoundView sound, double fromS, double toS) {
    const FrameRange heard = heardIn(sound, fromS, toS);
    if (heard.to <= heard.from) return toS;
    return std::min(toS, fromS + static_cast<double>(heard.to * kFrameSamples) / kSpeechRate);
}

}  // namespace reelquery
