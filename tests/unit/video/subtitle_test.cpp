// Subtitle files and text tracks of every kind become plain cues; odd ones become one clear line.

#include <catch2/catch.hpp>
#include <string>

#include "tests/support/clips.h"
#include "vision/video/subtitle_files.h"
#include "vision/video/subtitle_reader.h"
#include "vision/video/video_probe.h"

namespace reelquery {
namespace {

constexpr const char* kTwoCues =
    "1\n00:00:00,500 --> 00:00:01,250\nHello <i>there</i>,\nyou.\n\n"
    "2\n00:00:02,000 --> 00:00:02,800\n{\\an8}Bye.\n\n";

SubtitleText read(const std::string& name, const std::string& bytes) {
    return readSubtitleFile(clips::write(name, bytes), {});
}

std::string failure(const std::string& name, const std::string& bytes) {
    try {
        read(name, bytes);
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kVideo);
        CHECK_FALSE(error.hint().empty());
        return error.message();
    }
    return "read";
}

void checkTwoCues(const SubtitleText& text) {
    REQUIRE(text.cues.size() == 2);
    CHECK(text.cues[0].fromS == Approx(0.5).margin(0.002));
    CHECK(text.cues[0].toS == Approx(1.25).margin(0.002));
    CHECK(text.cues[0].text == "Hello there, you.");
    CHECK(text.cues[1].fromS == Approx(2.0).margin(0.002));
    CHECK(text.cues[1].toS == Approx(2.8).margin(0.002));
    CHECK(text.cues[1].text == "Bye.");
    CHECK(text.unreadable == 0);
    CHECK(text.readAs.empty());
}

}  // namespace

TEST_CASE("SubRip and WebVTT files become plain cues") {
    checkTwoCues(read("two.srt", kTwoCues));
    checkTwoCues(read("windows.SRT", "\xef\xbb\xbf" + std::string(kTwoCues)));
    checkTwoCues(read("two.vtt",
                      "WEBVTT\n\nNOTE a remark\n\n00:00.500 --> 00:01.250 align:start\n"
                      "Hello <b>there</b>,\nyou.\n\n00:02.000 --> 00:02.800\nBye.\n"));
}

TEST_CASE("text tracks of a container become plain cues") {
    struct Case {
        const char* codec;
        const char* ending;
    };

    const Case made = GENERATE(
        values<Case>({{"mov_text", "mp4"}, {"srt", "mkv"}, {"ass", "mkv"}, {"webvtt", "webm"}}));
    CAPTURE(made.codec);
    const auto words = clips::write("track.srt", kTwoCues);
    const std::string picture =
        std::string(made.ending) == "webm" ? "-c:v libvpx -deadline realtime" : "-c:v libx264";
    const auto clip =
        clips::make(std::string("said_") + made.codec + "." + made.ending,
                    "-f lavfi -i testsrc2=size=64x64:rate=10:duration=3 -i '" + words.string() +
                        "' " + picture + " -c:s " + made.codec + " -metadata:s:s:0 language=eng");
    initVideoLibrary();
    const VideoInfo info = probeVideo(clip);
    REQUIRE(info.subtitles.size() == 1);
    CHECK(info.subtitles[0].isText);
    CHECK(info.subtitles[0].language == "eng");
    checkTwoCues(readSubtitleTrack(info, info.subtitles[0].streamIndex, {}));
}

TEST_CASE(
    "cue times count from the start of the file, also where sound starts before the picture") {
    const std::string early =
        "1\n00:00:00,200 --> 00:00:00,800\nBefore the picture.\n\n2" + std::string(kTwoCues + 1);
    const auto words = clips::write("late.srt", early);
    const std::string ending = GENERATE("mkv", "mp4");
    CAPTURE(ending);
    const auto clip =
        clips::make("late_said." + ending,
                    "-f lavfi -i sine=duration=4 -itsoffset 1 -f lavfi -i "
                    "testsrc2=size=64x64:rate=10:duration=3 -i '" +
                        words.string() + "' -map 0 -map 1 -map 2 -c:v libx264 -c:a aac -c:s " +
                        (ending == "mkv" ? "srt" : "mov_text"));
    initVideoLibrary();
    const VideoInfo info = probeVideo(clip);
    const SubtitleText file = readSubtitleFile(words, {});
    const SubtitleText track = readSubtitleTrack(info, info.subtitles.at(0).streamIndex, {});
    for (const SubtitleText& text : {file, track}) {
        REQUIRE(text.cues.size() == 3);
        CHECK(text.cues[0].fromS == Approx(0.2).margin(0.05));
        CHECK(text.cues[2].fromS == Approx(2.0).margin(0.05));
    }
}

TEST_CASE("a text track in a transport stream's late clock counts from the start, too") {
    // Matroska keeps a start of its own: everything is 50 s late on the container's clock.
    const auto words = clips::write("shifted.srt", kTwoCues);
    const auto clip = clips::make(
        "shifted_said.mkv", "-f lavfi -i testsrc2=size=64x64:rate=10:duration=3 -i '" +
                                words.string() + "' -c:v libx264 -c:s srt -output_ts_offset 50");
    initVideoLibrary();
    const VideoInfo info = probeVideo(clip);
    const SubtitleText track = readSubtitleTrack(info, info.subtitles.at(0).streamIndex, {});
    REQUIRE(track.cues.size() == 2);
    CHECK(track.cues[0].fromS == Approx(0.5).margin(0.05));
}

TEST_CASE("text in another encoding is read and told, in a file and in a track") {
    const SubtitleText latin =
        read("latin.srt", "1\n00:00:01,000 --> 00:00:02,000\nGr\xfc\xdf\x65\n");
    REQUIRE(latin.cues.size() == 1);
    CHECK(latin.readAs == "CP1252");
    CHECK(latin.cues[0].text == "Gr\u00fc\u00dfe");

    // A muxer writes UTF-8 only, so the bytes of a finished file are changed in place.
    const auto words = clips::write("plain_track.srt", kTwoCues);
    const auto clip =
        clips::make("plain_track.mkv", "-f lavfi -i testsrc2=size=64x64:rate=10:duration=3 -i '" +
                                           words.string() + "' -c:v libx264 -c:s srt");
    std::string bytes = clips::bytesOf(clip);
    const std::size_t at = bytes.find("Bye.");
    REQUIRE(at != std::string::npos);
    bytes.replace(at, 4, "B\xfc\x65.");
    initVideoLibrary();
    const VideoInfo info = probeVideo(clips::write("latin_track.mkv", bytes));
    const SubtitleText track = readSubtitleTrack(info, info.subtitles.at(0).streamIndex, {});
    REQUIRE(track.cues.size() == 2);
    CHECK(track.cues[0].text == "Hello there, you.");
    CHECK(track.cues[1].text ==
          "B\u00fc"
          "e.");
    CHECK(track.readAs == "CP1252");
    CHECK(track.unreadable == 0);
}

TEST_CASE("what a track says of itself is known: default, forced, a commentary") {
    const auto signs = clips::write("signs.srt", "1\n00:00:02,000 --> 00:00:03,000\nPOLICE\n\n");
    const auto full = clips::write("full.srt", kTwoCues);
    const auto clip = clips::make(
        "three_tracks.mkv",
        "-f lavfi -i testsrc2=size=64x64:rate=10:duration=3 -i '" + signs.string() + "' -i '" +
            full.string() + "' -i '" + full.string() +
            "' -map 0 -map 1 -map 2 -map 3 -c:v libx264 -c:s srt -disposition:s:0 forced "
            "-disposition:s:1 default -metadata:s:s:2 title=\"Director's commentary\"");
    initVideoLibrary();
    const std::vector<SubtitleTrack> tracks = probeVideo(clip).subtitles;
    REQUIRE(tracks.size() == 3);
    CHECK(tracks[0].isPartial);
    CHECK_FALSE(tracks[0].isDefault);
    CHECK_FALSE(tracks[1].isPartial);
    CHECK(tracks[1].isDefault);
    CHECK(tracks[2].isPartial);
}

TEST_CASE("cues out of order, overlapping, past the end or backwards are kept in order of time") {
    const SubtitleText text =
        read("odd.srt",
             "1\n00:00:09,000 --> 00:00:10,000\nlate\n\n2\n00:00:01,000 --> 00:00:03,000\na\n\n"
             "3\n00:00:01,000 --> 00:00:02,000\nb\n\n4\n00:00:02,500 --> 00:00:02,000\nback\n\n"
             "5\n00:00:02,700 --> 00:00:02,900\n   \n\n");
    std::string order;
    double before = 0;
    for (const SubtitleCue& cue : text.cues) {
        order += cue.text + " ";
        CHECK(cue.fromS >= before);
        CHECK(cue.toS >= cue.fromS);
        before = cue.fromS;
    }
    CHECK(order == "a b back late ");
}

TEST_CASE("what is no subtitle file is refused in one line that names it") {
    CHECK(failure("empty.srt", "").find("empty.srt") != std::string::npos);
    CHECK(failure("prose.srt", "Dear Sir,\nthis is a letter.\n").find("holds no subtitles") !=
          std::string::npos);
    CHECK(failure("noise.vtt", std::string(5000, '\xfe')).find("noise.vtt") != std::string::npos);
    CHECK(failure("words.txt", kTwoCues).find("words.txt") != std::string::npos);
    CHECK(failure("huge.srt", std::string((16 << 20) + 1, 'x')).find("larger") !=
          std::string::npos);
    CHECK_THROWS_AS(readSubtitleFile(clips::folder() / "none.srt", {}), Error);
    CHECK_THROWS_AS(readSubtitleFile(clips::folder(), {}), Error);
}

TEST_CASE("a stop ends the reading of a track") {
    std::stop_source stop;
    stop.request_stop();
    try {
        readSubtitleFile(clips::write("stop.srt", kTwoCues), stop.get_token());
        FAIL("not stopped");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kCancelled);
    }
}

TEST_CASE("subtitle files beside a video are found, the plain name first") {
    for (const char* name : {"beside.de.srt", "beside.vtt", "beside.srt", "besides.srt",
                             "beside.en.forced.VTT", "beside.txt"}) {
        clips::write(name, kTwoCues);
    }
    std::string found;
    for (const SubtitleFile& file : subtitleFilesBeside(clips::folder() / "beside.mkv")) {
        found += file.path.filename().string() + "(" + file.language + ") ";
    }
    CHECK(found == "beside.srt() beside.vtt() beside.de.srt(de) beside.en.forced.VTT(en.forced) ");
    CHECK(subtitleFilesBeside("/nowhere/film.mkv").empty());
}

}  // namespace reelquery
