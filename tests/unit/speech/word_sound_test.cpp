// Words whose alignment reaches into a pause end where their voice does.

#include "core/speech/word_sound.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/speech/made_noise.h"

namespace reelquery {

namespace {

/// A stroke right beside a voice is taken for a part of it.
constexpr double kBesideBeatS = 0.15;

/// Adds the harmonics of a voice of 140 Hz up to 4 kHz, in syllables of 0.25 s without a pause
/// between them.
void addVoice(Samples& sound, double fromS, double toS) {
    for (auto i = std::llround(fromS * 16000); i < std::llround(toS * 16000); ++i) {
        const double t = static_cast<double>(i) / 16000;
        double value = 0;
        for (int k = 1; k <= 28; ++k)
            value += std::sin(2 * M_PI * 140 * k * t + k * k) / std::sqrt(k);
        const double loud = 0.6 + 0.4 * std::cos(2 * M_PI * (t - fromS) / 0.25);
        add(sound[static_cast<std::size_t>(i)], 1500 * loud * value);
    }
}

/// Three tones that die away twice a second, as loud as the voice.
void addBeat(Samples& sound) {
    for (std::size_t i = 0; i < sound.size(); ++i) {
        const double t = static_cast<double>(i) / 16000;
        const double loud = 3000 * std::exp(-4 * std::fmod(t, 0.5));
        add(sound[i], loud * (std::sin(2 * M_PI * 220 * t) + std::sin(2 * M_PI * 277 * t) +
                              std::sin(2 * M_PI * 330 * t)));
    }
}

/// A drum of 60 Hz and a hiss four times a second.
void addDrums(Samples& sound) {
    std::mt19937 random(6);
    std::normal_distribution<double> level(0, 1);
    for (std::size_t i = 0; i < sound.size(); ++i) {
        const double t = static_cast<double>(i) / 16000;
        add(sound[i], 6000 * std::exp(-18 * std::fmod(t, 0.5)) * std::sin(2 * M_PI * 60 * t) +
                          2500 * std::exp(-60 * std::fmod(t, 0.25)) * level(random));
    }
}

SpokenSegment line(std::vector<SpokenWord> words) {
    SpokenSegment made;
    made.fromS = words.front().fromS;
    made.toS = words.back().toS;
    made.words = std::move(words);
    return made;
}

}  // namespace

TEST_CASE("A line begins and ends with its voice, in noise and under a beat, too") {
    Samples sound(12 * 16000);
    addVoice(sound, 2.1, 3.4);
    addVoice(sound, 7.3, 9.0);
    const int under = GENERATE(0, 1, 2, 3, 4);
    CAPTURE(under);
    if (under == 1) addNoise(sound, 200, 5);
    if (under == 2) addPinkNoise(sound, 100, 7);
    if (under == 3) addBeat(sound);
    if (under == 4) addDrums(sound);
    // Too early and too late; too late and too early; the words within are left alone.
    std::vector<SpokenSegment> lines = {
        line({{" one", 1.4, 2.5, 1}, {" two", 2.5, 3.0, 1}, {" three", 3.0, 3.9, 1}}),
        line({{" four", 7.6, 8.0, 1}, {" five", 8.0, 8.4, 1}, {" six", 8.4, 8.7, 1}})};
    placeInSound(lines, sound);
    const double within = under < 3 ? 0.04 : kBesideBeatS;
    CHECK(lines[0].words[0].fromS == Approx(2.1).margin(within));
    CHECK(lines[0].words[2].toS == Approx(3.4).margin(within));
    CHECK(lines[1].words[0].fromS == Approx(7.3).margin(within));
    CHECK(lines[1].words[2].toS == Approx(9.0).margin(within));
    for (const SpokenSegment& one : lines) {
        CHECK(one.fromS == one.words.front().fromS);
        CHECK(one.toS == one.words.back().toS);
    }
    CHECK(lines[0].words[0].toS == 2.5);
    CHECK(lines[0].words[1].fromS == 2.5);
    CHECK(lines[0].words[1].toS == 3.0);
    CHECK(lines[1].words[1].fromS == 8.0);
}

TEST_CASE("Words at a comma lie on their sides of its pause") {
    Samples sound(8 * 16000);
    addVoice(sound, 2.0, 2.9);
    addVoice(sound, 3.6, 4.4);
    addBeat(sound);
    const bool hasMark = GENERATE(true, false);
    std::vector<SpokenSegment> lines = {line({{" when", 2.0, 2.4, 1},
                                              {hasMark ? " rang," : " rang", 2.4, 3.3, 1},
                                              {" nobody", 3.3, 4.0, 1},
                                              {" came.", 4.0, 4.4, 1}})};
    placeInSound(lines, sound);
    const std::vector<SpokenWord>& words = lines[0].words;
    CHECK(words[1].toS == Approx(hasMark ? 2.9 : 3.3).margin(kBesideBeatS));
    CHECK(words[2].fromS == Approx(hasMark ? 3.6 : 3.3).margin(kBesideBeatS));
    CHECK(words[0].toS == 2.4);
    CHECK(words[3].fromS == 4.0);
}

TEST_CASE("A word that was left no time has its share of its neighbour's") {
    Samples sound(6 * 16000);
    addVoice(sound, 1.0, 2.0);
    std::vector<SpokenSegment> lines = {
        line({{" it", 1.0, 1.2, 1}, {" is", 1.2, 2.0, 1}, {" broken.", 2.0, 2.0, 1}}),
        line({{" \xE6\x97\xA5", 4.0, 4.2, 1}, {"\xE6\x9C\xAC", 4.2, 4.4, 1}})};
    placeInSound(lines, sound);
    CHECK(lines[0].words[1].fromS == 1.2);
    CHECK(lines[0].words[1].toS == Approx(1.4));  // two letters of eight
    CHECK(lines[0].words[2].fromS == Approx(1.4));
    CHECK(lines[0].words[2].toS == Approx(2.0).margin(0.05));
    CHECK(lines[1].words[0].toS == 4.2);
}

TEST_CASE("Time is shared out where the voice is, and not in the pause before it") {
    Samples sound(6 * 16000);
    addVoice(sound, 1.0, 2.0);
    std::vector<SpokenSegment> lines = {
        line({{" I'm", 0.5, 1.46, 1}, {" eating", 1.46, 1.5, 1}, {" one.", 1.5, 2.0, 1}})};
    placeInSound(lines, sound);
    CHECK(lines[0].fromS == Approx(1.0).margin(0.05));
    CHECK(lines[0].words[0].toS == Approx(1.125).margin(0.05));  // two letters of eight
    CHECK(lines[0].words[1].toS == 1.5);
}

TEST_CASE("Where no voice stands out, and without words, times stay") {
    Samples sound(6 * 16000);
    const int under = GENERATE(0, 1, 2);
    if (under == 1) addNoise(sound, 300, 5);
    if (under == 2) sound.resize(100);
    SpokenSegment wordless;
    wordless.fromS = 1;
    wordless.toS = 1.5;
    std::vector<SpokenSegment> lines = {wordless, line({{" one", 2, 2.4, 1}, {" two", 2.4, 9, 1}})};
    placeInSound(lines, sound);
    CHECK(lines[0].fromS == 1);
    CHECK(lines[0].toS == 1.5);
    CHECK(lines[1].words[0].fromS == 2);
    CHECK(lines[1].words[0].toS == 2.4);
    CHECK(lines[1].toS == 9);
    std::vector<SpokenSegment> none;
    placeInSound(none, sound);
    CHECK(none.empty());
}

TEST_CASE("A line whose time is not its first word's keeps it") {
    Samples sound(6 * 16000);
    addVoice(sound, 2.0, 3.0);
    std::vector<SpokenSegment> lines = {line({{" one", 1.6, 2.4, 1}, {" two", 2.4, 3.3, 1}})};
    lines[0].fromS = 1.2;
    lines[0].toS = 3.5;
    placeInSound(lines, sound);
    CHECK(lines[0].words[0].fromS == Approx(2.0).margin(0.05));
    CHECK(lines[0].fromS == 1.2);
    CHECK(lines[0].toS == 3.5);
}

}  // namespace reelquery
