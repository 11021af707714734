// Where to listen, and what a model says though nobody spoke.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "core/speech/inventions.h"
#include "core/speech/log_mel.h"
#include "core/speech/voice_activity.h"
#include "tests/unit/speech/made_noise.h"

namespace reelquery {

namespace {

/// Adds syllables of 0.2 s every 0.3 s.
void speak(Samples& sound, double fromS, double toS, double amplitude) {
    for (auto i = static_cast<std::size_t>(fromS * 16000);
         i < static_cast<std::size_t>(toS * 16000); ++i) {
        const double t = static_cast<double>(i) / 16000;
        const double syllable = std::max(0.0, std::sin(2 * M_PI * t / 0.3));
        sound[i] = static_cast<std::int16_t>(sound[i] +
                                             amplitude * syllable * std::sin(2 * M_PI * 180 * t));
    }
}

Samples silence(double seconds) {
    return Samples(static_cast<std::size_t>(seconds * 16000));
}

void checkCovers(const std::vector<FrameRange>& stretches, double fromS, double toS) {
    REQUIRE(stretches.size() == 1);
    CHECK(static_cast<double>(stretches[0].from) <= fromS * 100);
    CHECK(static_cast<double>(stretches[0].to) >= toS * 100 - 10);
    CHECK(static_cast<double>(stretches[0].from) >= fromS * 100 - 150);
    CHECK(static_cast<double>(stretches[0].to) <= toS * 100 + 150);
}

SpokenSegment segment(const std::string& text, double noSpeech = 0, double ratio = 1) {
    SpokenSegment made;
    made.text = text;
    made.noSpeechProb = noSpeech;
    made.compressionRatio = ratio;
    return made;
}

}  // namespace

TEST_CASE("Silence, hiss, hum and tones are not listened to") {
    CHECK(audibleStretches({}).empty());
    CHECK(audibleStretches(silence(40)).empty());
    Samples hiss = silence(30);
    addNoise(hiss, GENERATE(20, 300, 3000), 3);
    CHECK(audibleStretches(hiss).empty());
    Samples tone = silence(30);
    for (std::size_t i = 0; i < tone.size(); ++i) {
        tone[i] = static_cast<std::int16_t>(5000 * std::sin(2 * M_PI * 440 * i / 16000.0));
    }
    CHECK(audibleStretches(tone).empty());
}

TEST_CASE("Speech is listened to, in silence and over noise, with a margin") {
    const double noise = GENERATE(0, 30, 500);
    Samples sound = silence(60);
    addNoise(sound, noise, 3);
    speak(sound, 20, 31, 6000);
    checkCovers(audibleStretches(sound), 20, 31);
    // Pauses of a few seconds belong to it.
    speak(sound, 34, 40, 6000);
    checkCovers(audibleStretches(sound), 20, 40);
    speak(sound, 52, 55, 6000);
    CHECK(audibleStretches(sound).size() == 2);
}

TEST_CASE("Wind is not listened to, speech in it is") {
    Samples wind = silence(60);
    addPinkNoise(wind, GENERATE(30, 100, 300), 4);
    CHECK(audibleStretches(wind).empty());
    speak(wind, 20, 31, 9000);
    checkCovers(audibleStretches(wind), 20, 31);
}

TEST_CASE("Music with a beat is cut off what is said before and behind it") {
    Samples sound = silence(60);
    for (std::size_t i = 0; i < sound.size(); ++i) {
        const double t = static_cast<double>(i) / 16000;
        sound[i] = static_cast<std::int16_t>(3000 * std::exp(-4 * std::fmod(t, 0.5)) *
                                             std::sin(2 * M_PI * 330 * t));
    }
    for (int i = 0; i < 4; ++i) {  // sentences of 3 s with pauses of one
        speak(sound, 1 + 4 * i, 4 + 4 * i, 9000);
        speak(sound, 45 + 4 * i, std::min(48 + 4 * i, 59), 9000);
    }
    const std::vector<FrameRange> whole = audibleStretches(sound);
    REQUIRE(whole.size() == 1);
    const auto parts = apartFromBeats(sound, whole);
    REQUIRE(parts.size() == 3);
    CHECK(parts[0].from == whole[0].from);
    CHECK(parts[0].to >= 1600);
    CHECK(parts[0].to <= 1750);
    CHECK(parts[1].from == parts[0].to);
    CHECK(parts[1].to >= 4350);
    CHECK(parts[1].to <= 4500);
    CHECK(parts[2].from == parts[1].to);
    CHECK(parts[2].to == whole[0].to);
    // Nothing but a beat, and nothing but talk, stay as they are.
    CHECK(apartFromBeats(sound, {{1800, 4000}}).size() == 1);
    CHECK(apartFromBeats(sound, {{0, 1500}}).size() == 1);
    CHECK(apartFromBeats(sound, {}).empty());
}

TEST_CASE("A long stretch is cut in its pauses, so that its parts can be heard side by side") {
    Samples sound = silence(400);
    addNoise(sound, 400, 3);
    for (int i = 0; i < 100; ++i)
        speak(sound, i * 4, i * 4 + 3.3, 6000);  // a pause in four seconds
    const std::vector<FrameRange> whole = {{0, 1000}, {1500, 40000}};
    const auto parts = shorterStretches(sound, whole, 12000);
    REQUIRE(parts.size() >= 5);
    CHECK(parts[0].from == 0);
    CHECK(parts[0].to == 1000);
    CHECK(parts[1].from == 1500);
    CHECK(parts.back().to == 40000);
    for (std::size_t i = 1; i < parts.size(); ++i) {
        CHECK(parts[i].to - parts[i].from <= 12000);
        CHECK(parts[i].to > parts[i].from);
        if (i == 1) continue;
        CHECK(parts[i].from == parts[i - 1].to);  // nothing is lost, nothing heard twice
        CHECK(parts[i].from % 400 >= 330);        // in a pause
    }
    CHECK(shorterStretches(sound, whole, 38500).size() == 2);
    CHECK(shorterStretches(sound, {}, 12000).empty());
}

TEST_CASE("A stretch ends with the sound's last whole frame") {
    Samples sound = silence(3.0005);
    speak(sound, 0, 3, 6000);
    const auto stretches = audibleStretches(sound);
    REQUIRE(stretches.size() == 1);
    CHECK(stretches[0].from == 0);
    CHECK(stretches[0].to == LogMel::frames(sound));
    const Samples shorter(100, 9000);
    CHECK(audibleStretches(shorter).empty());
}

TEST_CASE("Lines said over and over and stutters in silence are left out") {
    std::vector<SpokenSegment> lines = {segment(" Yes."),
                                        segment(" Yes."),
                                        segment(" Yes."),
                                        segment(""),
                                        segment(" Yes."),
                                        segment(" No."),
                                        segment(" Yes."),
                                        segment(" la la la", 0.7, 3),
                                        segment(" la la la", 0.1, 3),
                                        segment(" Oh.", 0.7, 1)};
    CHECK(dropInventions(lines) == 3);
    std::string all;
    for (const SpokenSegment& line : lines) all += line.text;
    CHECK(all == " Yes. Yes. No. Yes. la la la Oh.");
    CHECK(isDoubtful(segment(" Oh.", 0.7)));
    CHECK_FALSE(isDoubtful(segment(" Oh.", 0.5)));
    SpokenSegment unsure = segment(" Oh.");
    unsure.avgLogProb = -1.1;
    CHECK(isDoubtful(unsure));
}

TEST_CASE("Marks without a word are no lines") {
    std::vector<SpokenSegment> lines = {
        segment(" ."),  segment(" . . ."),     segment(" \xE2\x80\xA6 -"),
        segment(" 7."), segment(" \xC3\x89."), segment(" \xE3\x81\xAF\xE3\x81\x84")};
    CHECK(dropInventions(lines) == 0);  // nothing that anybody would miss
    std::string all;
    for (const SpokenSegment& line : lines) all += line.text;
    CHECK(all == " 7. \xC3\x89. \xE3\x81\xAF\xE3\x81\x84");
}

TEST_CASE("A sound of less than a frame has no spectrum") {
    const LogMel mel(80, {});
    const std::vector<std::int16_t> sound(159, 1000);
    CHECK(LogMel::frames(sound) == 0);
    CHECK(mel.maximum(sound) == -10);
}

}  // namespace reelquery
