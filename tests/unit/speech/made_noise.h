#pragma once
// Noise that tests of hearing lay under a voice.

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace reelquery {

using Samples = std::vector<std::int16_t>;

/// Adds to a sample of 16 bits, which does not go over its ends.
inline void add(std::int16_t& sample, double value) {
    sample = static_cast<std::int16_t>(std::clamp(sample + value, -32768.0, 32767.0));
}

inline void addNoise(Samples& sound, double amplitude, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> level(0, amplitude);
    for (std::int16_t& sample : sound) add(sample, level(random));
}

/// Noise with as much power in every octave, by Paul Kellet's filter of three poles: its level goes
/// up and down like that of wind.
inline void addPinkNoise(Samples& sound, double amplitude, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> level(0, amplitude);
    double slow = 0, middle = 0, fast = 0;
    for (std::int16_t& sample : sound) {
        const double white = level(random);
        slow = 0.99765 * slow + 0.0990460 * white;
        middle = 0.96300 * middle + 0.2965164 * white;
        fast = 0.57000 * fast + 1.0526913 * white;
        add(sample, slow + middle + fast + 0.1848 * white);
    }
}

}  // namespace reelquery
