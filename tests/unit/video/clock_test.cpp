// One clock for model and player: 0 is the start of the file, the end is where sound and picture
// are over, and in between every frame has the time at which a player shows it.

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <string>

#include "tests/unit/video/numbered_sampling.h"

namespace reelquery {
namespace {

const std::string kTone = " -f lavfi -i sine=frequency=300:duration=";

/// Every frame got, in order, none twice, and each is the one shown at its time.
void checkShownAt(const NumberedRun& run, double firstS, int fps = 25, int first = 0) {
    REQUIRE(run.frames.size() >= 2);
    CHECK(run.report.got == run.report.wanted);
    CHECK(run.report.decodeErrors == 0);
    for (std::size_t i = 0; i < run.frames.size(); ++i) {
        const NumberedFrame& frame = run.frames[i];
        INFO("frame " << frame.number << " at " << frame.timeS << " s");
        CHECK(frame.timeS == Approx(firstS + double(frame.number - first) / fps).margin(0.003));
        if (i > 0) CHECK(frame.number > run.frames[i - 1].number);
    }
}

TEST_CASE("a picture that begins after the sound has the times of the file, not its own") {
    const std::string arguments = clips::numbered(100) + kTone + "7 -map 0:v -map 1:a " +
                                  "-vf setpts=PTS+3/TB" + clips::numberedH264();
    const auto clip =
        GENERATE_COPY(clips::make("late.mkv", arguments + "-c:a aac"),
                      clips::make("late.mp4", arguments + "-c:a aac"),
                      clips::make("late_sound.ts", arguments + "-c:a mp2"),
                      clips::make("late.mpg", clips::numbered(100) + kTone +
                                                  "7 -map 0:v -map 1:a -vf setpts=PTS+3/TB "
                                                  "-c:v mpeg2video -q:v 2 -g 12 -bf 2 -c:a mp2"));
    INFO(clip.string());
    NumberedRun run = sampleNumbers(clip, someFrames(8));
    CHECK(run.info.firstFrameS == Approx(3).margin(0.06));
    CHECK(run.info.durationS == Approx(7).margin(0.1));
    CHECK(run.frames.front().number == 0);
    checkShownAt(run, run.info.firstFrameS);
    SamplingOptions late = someFrames(4);
    late.fromS = 5;
    late.toS = 6.5;
    run = sampleNumbers(clip, late);
    checkShownAt(run, run.info.firstFrameS);
    CHECK(run.frames.front().timeS == Approx(5).margin(0.05));
    CHECK(run.frames.back().timeS == Approx(6.5).margin(0.05));
}

TEST_CASE("the last picture stands until the sound has ended") {
    const std::string arguments =
        clips::numbered(5, 1) + kTone + "20 -map 0:v -map 1:a" + clips::numberedH264();
    const auto clip = GENERATE_COPY(clips::make("stands.mp4", arguments + "-c:a aac"),
                                    clips::make("stands.mkv", arguments + "-c:a aac"),
                                    clips::make("stands.ts", arguments + "-c:a mp2"));
    INFO(clip.string());
    SamplingOptions options = someFrames(2);
    options.fromS = 12;
    options.toS = 15;
    const NumberedRun run = sampleNumbers(clip, options);
    CHECK(run.info.durationS == Approx(20).margin(0.1));
    CHECK(run.info.pictureEndS < 6);
    REQUIRE(run.frames.size() == 1);
    CHECK(run.frames[0].number == 4);
    CHECK(run.frames[0].timeS == 12);
}

TEST_CASE("recordings put end to end are played one after the other") {
    const std::string first = clips::numbered(125) + clips::numberedH264();
    const std::string second = clips::numbered(125, 25, 125) + clips::numberedH264();

    struct Row {
        const char* name;
        std::string firstOptions, secondOptions;
    };

    const Row row =
        GENERATE(Row{"same_clock_twice", "", ""}, Row{"clock_back", "-output_ts_offset 100", ""},
                 Row{"clock_far_ahead", "", "-output_ts_offset 20000"});
    INFO(row.name);
    const std::string name = row.name;
    const auto clip =
        clips::join(name + ".ts", clips::make(name + "_a.ts", first + row.firstOptions),
                    clips::make(name + "_b.ts", second + row.secondOptions));
    NumberedRun run = sampleNumbers(clip, someFrames(50));
    CHECK(run.info.frameCount == 250);
    CHECK(run.info.durationS == Approx(10).margin(0.01));
    checkShownAt(run, 0);
    CHECK(run.frames.back().number == 249);
    SamplingOptions late = someFrames(6, SamplingMode::kAuto);
    late.fromS = 6;
    run = sampleNumbers(clip, late);
    checkShownAt(run, 0);
    CHECK(run.frames.front().timeS >= 6);
}

/// A Matroska file whose clusters from a time on say that they are so much earlier.
std::string steppedBack(std::string bytes, std::uint64_t fromMs, std::uint64_t byMs) {
    const std::string cluster = "\x1f\x43\xb6\x75";
    for (std::size_t at = bytes.find(cluster); at != std::string::npos;
         at = bytes.find(cluster, at + 4)) {
        const std::size_t time = bytes.find('\xe7', at + 5);
        const auto count = static_cast<std::size_t>(bytes[time + 1] & 0x7f);
        std::uint64_t ms = 0;
        for (std::size_t i = 0; i < count; ++i)
            ms = ms << 8 | static_cast<unsigned char>(bytes[time + 2 + i]);
        if (ms < fromMs) continue;
        ms -= byMs;
        for (std::size_t i = count; i-- > 0; ms >>= 8)
            bytes[time + 2 + i] = static_cast<char>(ms & 0xff);
    }
    return bytes;
}

TEST_CASE(
    "a clock that steps back at a frame that is no key frame keeps the frames in their order") {
    const auto whole = clips::make(
        "steps.mkv", clips::numbered(250) + clips::numberedH264(100) + "-cluster_time_limit 1000");
    const std::uint64_t fromMs = GENERATE(std::uint64_t{5500}, std::uint64_t{9000});
    const auto clip = clips::write("steps_back_" + std::to_string(fromMs) + ".mkv",
                                   steppedBack(clips::bytesOf(whole), fromMs, 1500));
    const NumberedRun run = sampleNumbers(clip, someFrames(50));
    CHECK(run.info.frameCount == 250);
    CHECK(run.info.durationS == Approx(10).margin(0.05));
    REQUIRE(run.frames.size() == 50);
    for (std::size_t i = 1; i < run.frames.size(); ++i)
        CHECK(run.frames[i].number > run.frames[i - 1].number);
    CHECK(run.frames.back().number == 249);
}

TEST_CASE("a program stream whose clock begins anew is played to its end") {
    const std::string codec = " -c:v mpeg2video -q:v 2 -g 12 -bf 2";
    const auto clip =
        clips::join("joined.mpg", clips::make("joined_a.mpg", clips::numbered(100) + codec),
                    clips::make("joined_b.mpg", clips::numbered(100, 25, 100) + codec));
    const NumberedRun run = sampleNumbers(clip, someFrames(20));
    CHECK(run.info.durationS == Approx(8).margin(0.1));
    CHECK(run.report.got == 20);
    for (const NumberedFrame& frame : run.frames) {
        CHECK(frame.timeS == Approx(frame.number / 25.0).margin(0.1));
    }
}

TEST_CASE("a clock that runs over, a gap and an edit list keep a player's times") {
    const std::string source = clips::numbered(250) + clips::numberedH264();
    const auto over =
        clips::make("runs_over.ts", source + "-output_ts_offset 95437.317 -mpegts_copyts 1");
    checkShownAt(sampleNumbers(over, someFrames(10)), 0);
    const auto whole = clips::make("whole_for_edit.mp4", source);
    const auto edited = clips::make("edited.mp4", "-ss 3.3 -i '" + whole.string() + "' -c copy");
    const NumberedRun run = sampleNumbers(edited, someFrames(10));
    checkShownAt(run, 0, 25, 83);
    CHECK(run.frames.front().number == 83);
}

TEST_CASE("a slide that is held is looked at, and uneven frames are spread over time") {
    // One frame a second for 20 s, then 25 a second for 4 s.
    const auto clip = clips::make("uneven.mp4", clips::numbered(120) +
                                                    clips::shownAt("if(lt(N,20),N,20+(N-20)/25)") +
                                                    clips::numberedH264(50));
    const NumberedRun run =
        sampleNumbers(clip, someFrames(8, GENERATE(SamplingMode::kExact, SamplingMode::kAuto)));
    REQUIRE(run.frames.size() == 8);
    const double stepS = (run.frames.back().timeS - run.frames.front().timeS) / 7;
    for (std::size_t i = 0; i < 8; ++i) {
        CHECK(std::abs(run.frames[i].timeS - double(i) * stepS) <= 1.0);  // at most a slide
    }
    SamplingOptions atRate;
    atRate.fps = 0.5;
    atRate.mode = SamplingMode::kExact;
    atRate.toS = 19;
    CHECK(sampleNumbers(clip, atRate).frames.size() == 10);  // 19 s, every second one
    SamplingOptions held = someFrames(4);
    held.fromS = 7.4;
    held.toS = 10;
    const NumberedRun part = sampleNumbers(clip, held);
    CHECK(part.frames.front().number == 7);
    CHECK(part.frames.front().timeS == 7.4);
}

TEST_CASE("key frames from outside a range do not stand in for frames inside") {
    const auto clip =
        clips::make("keys_10s.mp4", clips::numbered(240, 2) + clips::numberedH264(20, 0));
    SamplingOptions options =
        someFrames(8, GENERATE(SamplingMode::kAuto, SamplingMode::kKeyframes));
    options.fromS = 33;
    options.toS = 97;
    for (const NumberedFrame& frame : sampleNumbers(clip, options).frames) {
        CHECK(frame.timeS >= 33);
        CHECK(frame.timeS <= 97);
        CHECK(frame.number == std::lround(frame.timeS * 2));
    }
}

}  // namespace
}  // namespace reelquery
