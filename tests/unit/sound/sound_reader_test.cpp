// Sound of every kind as 16 kHz mono on the file's clock, held against what the ffmpeg command
// makes of it.

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "tests/support/clips.h"
#include "vision/sound/sound_info.h"
#include "vision/sound/sound_reader.h"
#include "vision/video/video_probe.h"

namespace reelquery {
namespace {

namespace fs = std::filesystem;
using Samples = std::vector<std::int16_t>;

/// A voice-like sound: 200 Hz and its harmonics, beeping twice a second.
constexpr const char* kVoice =
    "-f lavfi -i \"aevalsrc='0.3*(sin(2*PI*200*t)+0.5*sin(2*PI*1200*t))*gt(sin(4*PI*t)\\,0)"
    ":s=48000:d=6'\"";

std::string voice(const std::string& options) {
    return std::string(kVoice) + " " + options;
}

struct Heard {
    Samples samples;
    SoundReport report;
};

Heard hear(const SoundRequest& request) {
    initVideoLibrary();
    SoundReader reader(request, {});
    Heard heard;
    std::size_t before = 0;
    while (reader.read(heard.samples)) {
        CHECK(heard.samples.size() > before);
        CHECK(heard.samples.size() - before <= kSoundRate);
        before = heard.samples.size();
    }
    heard.report = reader.report();
    return heard;
}

Samples oracle(const fs::path& clip, const std::string& name, const std::string& options = "") {
    const fs::path raw = clips::make(name + ".raw", "-i '" + clip.string() + "' -map 0:a:0 " +
                                                        options + " -ac 1 -ar 16000 -f s16le");
    const std::string bytes = clips::bytesOf(raw);
    Samples samples(bytes.size() / 2);
    std::memcpy(samples.data(), bytes.data(), samples.size() * 2);
    return samples;
}

/// Greatest difference over the common length.
int difference(const Samples& a, const Samples& b) {
    int greatest = 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        greatest = std::max(greatest, std::abs(a[i] - b[i]));
    }
    return greatest;
}

double loudness(const Samples& samples, double fromS, double toS) {
    double sum = 0;
    const auto first = static_cast<std::size_t>(fromS * kSoundRate);
    const auto last = std::min(samples.size(), static_cast<std::size_t>(toS * kSoundRate));
    for (std::size_t i = first; i < last; ++i) sum += samples[i] * samples[i];
    return last > first ? std::sqrt(sum / static_cast<double>(last - first)) : 0;
}

/// Seconds at which the sound first gets loud.
double onsetS(const Samples& samples) {
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (std::abs(samples[i]) > 1500) return static_cast<double>(i) / kSoundRate;
    }
    return -1;
}

std::string failure(const SoundRequest& request) {
    try {
        hear(request);
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kVideo);
        CHECK_FALSE(error.hint().empty());
        CHECK(error.message().find('\n') == std::string::npos);
        return error.message();
    }
    return "heard";
}

}  // namespace

TEST_CASE("Every kind of sound becomes what the ffmpeg command makes of it") {
    struct Kind {
        std::string name, options;
    };

    const Kind kind =
        GENERATE(Kind{"pcm.wav", "-c:a pcm_s16le"}, Kind{"pcm24.wav", "-c:a pcm_s24le -ac 2"},
                 Kind{"low.wav", "-ar 8000"}, Kind{"high.flac", "-ar 96000 -ac 2"},
                 Kind{"cd.mp3", "-ar 44100 -ac 2"}, Kind{"stereo.m4a", "-c:a aac -ac 2"},
                 Kind{"surround.ac3", "-c:a ac3 -ac 6"}, Kind{"surround.mkv", "-c:a ac3 -ac 6"},
                 Kind{"voice.opus", "-c:a libopus"}, Kind{"voice.webm", "-c:a libopus -ac 2"},
                 Kind{"voice.ogg", "-c:a libvorbis"}, Kind{"voice.ts", "-c:a aac -ac 2"},
                 Kind{"mulaw.wav", "-c:a pcm_mulaw -ar 8000"}, Kind{"quad.wav", "-ac 4"},
                 Kind{"eight.flac", "-ac 8"});
    CAPTURE(kind.name);
    const fs::path clip = clips::make("sound_" + kind.name, voice(kind.options));
    const Heard heard = hear({clip});
    const Samples wanted = oracle(clip, "sound_" + kind.name);
    // The command cuts what a container's start time lies before; ours is on the file's clock.
    CHECK(std::abs(static_cast<double>(heard.samples.size()) - static_cast<double>(wanted.size())) <
          0.06 * kSoundRate);
    REQUIRE(wanted.size() > 5 * kSoundRate);
    const std::ptrdiff_t shift = static_cast<std::ptrdiff_t>(
        std::llround((onsetS(heard.samples) - onsetS(wanted)) * kSoundRate));
    CHECK(std::abs(shift) < 0.03 * kSoundRate);
    const Samples moved(heard.samples.begin() + std::max<std::ptrdiff_t>(shift, 0),
                        heard.samples.end());
    CHECK(difference(moved, Samples(wanted.begin() + std::max<std::ptrdiff_t>(-shift, 0),
                                    wanted.end())) <= 2);
    CHECK(heard.report.notes().empty());
}

TEST_CASE("The level of both channels is kept: half of each") {
    const fs::path left = clips::make(
        "left_only.wav", "-f lavfi -i \"aevalsrc='0.5*sin(2*PI*440*t)|0':s=16000:d=2\"");
    const fs::path both = clips::make(
        "both.wav",
        "-f lavfi -i \"aevalsrc='0.5*sin(2*PI*440*t)|0.5*sin(2*PI*440*t)':s=16000:d=2\"");
    CHECK(loudness(hear({left}).samples, 0.5, 1.5) ==
          Approx(0.25 * 32768 / std::sqrt(2)).epsilon(0.01));
    CHECK(loudness(hear({both}).samples, 0.5, 1.5) ==
          Approx(0.5 * 32768 / std::sqrt(2)).epsilon(0.01));
}

TEST_CASE("Sound with more channels than there are names for is mixed evenly") {
    std::string channels = "0.5*sin(2*PI*440*t)";
    for (int i = 1; i < 10; ++i) channels += "|0.5*sin(2*PI*440*t)";
    const fs::path clip =
        clips::make("ten.wav", "-f lavfi -i \"aevalsrc='" + channels + "':s=16000:d=2\"");
    CHECK(loudness(hear({clip}).samples, 0.5, 1.5) ==
          Approx(0.5 * 32768 / std::sqrt(2)).epsilon(0.02));
}

TEST_CASE("Times count from the container's start, whichever stream begins there") {
    const std::string picture = clips::drawn(6);
    const std::string encoding = " -c:v libx264 -preset ultrafast -g 25 -c:a aac ";
    const std::string ending = GENERATE(".mkv", ".mp4", ".ts");
    CAPTURE(ending);
    const fs::path together =
        clips::make("heard_together" + ending, picture + " " + kVoice + encoding + "-shortest");
    const fs::path lateSound = clips::make("heard_late_sound" + ending,
                                           picture + " -itsoffset 2 " + kVoice + encoding + "-t 6");
    const fs::path latePicture = clips::make("heard_late_picture" + ending,
                                             "-itsoffset 1.2 " + picture + " " + kVoice + encoding);
    CHECK(onsetS(hear({together}).samples) == Approx(0).margin(0.03));
    CHECK(onsetS(hear({lateSound}).samples) == Approx(2).margin(0.05));
    CHECK(onsetS(hear({latePicture}).samples) == Approx(0).margin(0.03));
    CHECK(loudness(hear({lateSound}).samples, 0, 1.9) == 0);
}

TEST_CASE("A range is that part of the whole") {
    const std::string name = GENERATE("sound_pcm.wav", "sound_stereo.m4a", "sound_surround.mkv",
                                      "sound_voice.opus", "sound_cd.mp3");
    CAPTURE(name);
    const std::string codec = name == "sound_cd.mp3"         ? "-ar 44100 -ac 2"
                              : name == "sound_stereo.m4a"   ? "-c:a aac -ac 2"
                              : name == "sound_surround.mkv" ? "-c:a ac3 -ac 6"
                              : name == "sound_voice.opus"   ? "-c:a libopus"
                                                             : "-c:a pcm_s16le";
    const fs::path clip = clips::make(name, voice(codec));
    const Samples all = hear({clip}).samples;
    const Samples part = hear({clip, -1, 2.6, 4.1}).samples;
    REQUIRE(part.size() == static_cast<std::size_t>(1.5 * kSoundRate));
    const Samples same(all.begin() + static_cast<std::ptrdiff_t>(2.6 * kSoundRate),
                       all.begin() + static_cast<std::ptrdiff_t>(4.1 * kSoundRate));
    // The filter stands at another phase of the input; codecs settle within their preroll.
    CHECK(loudness(part, 0, 1.5) == Approx(loudness(same, 0, 1.5)).epsilon(0.02));
    double dot = 0, own = 0, other = 0;
    for (std::size_t i = 0; i < part.size(); ++i) {
        dot += static_cast<double>(part[i]) * same[i];
        own += static_cast<double>(part[i]) * part[i];
        other += static_cast<double>(same[i]) * same[i];
    }
    CHECK(dot / std::sqrt(own * other) > 0.99);
    CHECK_THROWS_AS(hear({clip, -1, 3, 3}), Error);
    CHECK(hear({clip, -1, 100, 101}).samples.empty());
}

TEST_CASE("One of several tracks is chosen by number or language") {
    const fs::path clip = clips::make(
        "two_tracks.mkv",
        std::string(kVoice) +
            " -f lavfi -i \"sine=frequency=440:sample_rate=48000:duration=4\" -map 0 -map 1 "
            "-c:a aac -metadata:s:a:0 language=ger -metadata:s:a:1 language=eng "
            "-metadata:s:a:1 title=Comments");
    const SoundInfo info = probeSound(clip);
    REQUIRE(info.tracks.size() == 2);
    CHECK(info.tracks[0].language == "ger");
    CHECK(info.tracks[1].title == "Comments");
    CHECK(info.durationS == Approx(6).margin(0.1));
    CHECK(chooseTrack(info, "") == info.best);
    CHECK(chooseTrack(info, "2") == info.tracks[1].streamIndex);
    CHECK(chooseTrack(info, "eng") == info.tracks[1].streamIndex);
    CHECK(hear({clip, info.tracks[1].streamIndex}).samples.size() ==
          Approx(4 * kSoundRate).margin(2000));
    try {
        chooseTrack(info, "fra");
        FAIL("there is no such track");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kUsage);
        CHECK_THAT(error.what(), Catch::Contains("fra") && Catch::Contains("2 (aac, eng)"));
    }
}

TEST_CASE("What is missing in the middle is silent and everything behind it in its place") {
    // A second and a half cut out of the stream; its time stamps go on.
    const fs::path whole = clips::make("whole.mka", voice("-c:a pcm_s16le"));
    const fs::path gap =
        clips::make("gap.mka", "-i '" + whole.string() +
                                   "' -af \"aselect='not(between(t,2.0,3.5))'\" -c:a pcm_s16le");
    const Samples all = hear({whole}).samples;
    const Heard heard = hear({gap});
    REQUIRE(heard.samples.size() == Approx(all.size()).margin(1000));
    CHECK(heard.report.silentS == Approx(1.5).margin(0.1));
    CHECK(loudness(heard.samples, 2.1, 3.4) == 0);
    CHECK(loudness(heard.samples, 4.0, 6.0) == Approx(loudness(all, 4.0, 6.0)).epsilon(0.02));
}

TEST_CASE("Damaged and cut sound is survived, with a word about it") {
    const fs::path clip = clips::make("sound_voice.ts", voice("-c:a aac -ac 2"));
    std::string bytes = clips::bytesOf(clip);
    for (std::size_t at = bytes.size() / 2; at < bytes.size() / 2 + 4000; ++at) bytes[at] ^= 0x5a;
    const Heard heard = hear({clips::write("damaged.ts", bytes)});
    CHECK(heard.samples.size() > 5 * kSoundRate);
    CHECK(loudness(heard.samples, 0, 2) > 500);
    CHECK(loudness(heard.samples, 4.5, 6) > 500);
    CHECK(heard.report.decodeErrors > 0);
    CHECK_FALSE(heard.report.notes().empty());

    const fs::path flac = clips::make("sound_high.flac", voice("-ar 96000 -ac 2"));
    const std::string half = clips::bytesOf(flac).substr(0, fs::file_size(flac) / 2);
    const Heard cut = hear({clips::write("cut.flac", half)});
    CHECK(cut.samples.size() > 2 * kSoundRate);
}

TEST_CASE("No sound, or none that can be heard, is one clear line") {
    CHECK_THAT(failure({clips::h264()}), Catch::Contains("h264.mp4 has no sound"));
    CHECK_THAT(failure({"/nowhere/film.mkv"}), Catch::Contains("there is no file film.mkv"));
    CHECK_THAT(failure({clips::write("noise.mp3", "not a film at all")}),
               Catch::Contains("noise.mp3"));
    CHECK_THAT(failure({clips::write("empty.wav", "")}), Catch::Contains("empty"));
    std::string header = clips::bytesOf(clips::make("sound_pcm.wav", voice("-c:a pcm_s16le")));
    CHECK_THAT(failure({clips::write("header.wav", header.substr(0, 44))}),
               Catch::Contains("header.wav"));
}

TEST_CASE("A stop is seen between packets") {
    const fs::path clip = clips::make("sound_pcm.wav", voice("-c:a pcm_s16le"));
    std::stop_source stop;
    SoundReader reader({clip}, stop.get_token());
    Samples samples;
    CHECK(reader.read(samples));
    stop.request_stop();
    try {
        while (reader.read(samples)) {
        }
        FAIL("it went on");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kCancelled);
    }
}

}  // namespace reelquery
