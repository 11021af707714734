// Subtitle files and text tracks of every kind become plain cues; odd ones become one clear line.

#include <catch2/catch.hpp>
#include <string>

#include "tests/support/clips.h"
#include "vision/video/subtitle_files.h"
#include "vision/video/subtitle_reader.h"
#include "vision/video/subtitle_words.h"
#include "vision/video/video_probe.h"

namespace reelquery {
namespace {

constexpr const char* kTwoCues =
    "1\n00:00:00,500 --> 00:00:01,250\nHello <i>there</i>,\nyou.\n\n"
    "2\n00:00:02,000 --> 00:00:02,800\n{\\an8}Bye.\n\n";

VideoInfo video() {
    initVideoLibrary();
    return probeVideo(clips::h264());
}

SubtitleText read(const std::string& name, const std::string& bytes) {
    return readSubtitleFile(clips::write(name, bytes), video(), {});
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
    CHECK_FALSE(text.wasLatin1);
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

TEST_CASE("cue times count from the start of the file, also where its picture starts later") {
    const auto words = clips::write("late.srt", kTwoCues);
    const auto clip =
        clips::make("late_picture.mkv",
                    "-f lavfi -i sine=duration=4 -itsoffset 1 -f lavfi -i "
                    "testsrc2=size=64x64:rate=10:duration=3 -i '" +
                        words.string() + "' -map 0 -map 1 -map 2 -c:v libx264 -c:a aac -c:s srt");
    initVideoLibrary();
    const VideoInfo info = probeVideo(clip);
    const SubtitleText file = readSubtitleFile(words, info, {});
    const SubtitleText track = readSubtitleTrack(info, info.subtitles.at(0).streamIndex, {});
    REQUIRE(file.cues.size() == 2);
    REQUIRE(track.cues.size() == 2);
    CHECK(file.cues[1].fromS == Approx(2.0).margin(0.05));
    CHECK(track.cues[1].fromS == Approx(2.0).margin(0.05));
}

TEST_CASE("text that is not UTF-8 is read as Latin-1, and UTF-16 by its mark") {
    const SubtitleText latin =
        read("latin.srt", "1\n00:00:01,000 --> 00:00:02,000\nGr\xfc\xdf\x65\n");
    REQUIRE(latin.cues.size() == 1);
    CHECK(latin.wasLatin1);
    CHECK(latin.cues[0].text ==
          "Gr\xc3\xbc\xc3\x9f"
          "e");

    std::string wide = "\xff\xfe";
    for (const char c : std::string("1\n00:00:01,000 --> 00:00:02,000\nGr\xfc\x65\n")) {
        wide += c;
        wide += '\0';
    }
    const SubtitleText marked = read("wide.srt", wide);
    REQUIRE(marked.cues.size() == 1);
    CHECK_FALSE(marked.wasLatin1);
    CHECK(marked.cues[0].text ==
          "Gr\xc3\xbc"
          "e");
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
    CHECK_THROWS_AS(readSubtitleFile(clips::folder() / "none.srt", video(), {}), Error);
    CHECK_THROWS_AS(readSubtitleFile(clips::folder(), video(), {}), Error);
}

TEST_CASE("a stop ends the reading of a track") {
    std::stop_source stop;
    stop.request_stop();
    try {
        readSubtitleFile(clips::write("stop.srt", kTwoCues), video(), stop.get_token());
        FAIL("not stopped");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kCancelled);
    }
}

TEST_CASE("the words of a dialogue line are what is shown") {
    const std::string fields = "0,0,Default,,0,0,0,,";
    CHECK(wordsOfDialogue(fields + "one, two") == "one, two");
    CHECK(wordsOfDialogue(fields + "a\\Nb\\hc\\nd") == "a b c d");
    CHECK(wordsOfDialogue(fields + "{\\i1}so{\\i0} what{") == "so what{");
    CHECK(wordsOfDialogue(fields + "{\\p1}m 0 0 l 5 5{\\p0}word") == "word");
    CHECK(wordsOfDialogue(fields + "{\\pos(1,2)}here") == "here");
    CHECK(wordsOfDialogue(fields).empty());
    CHECK(wordsOfDialogue("no fields").empty());
}

TEST_CASE("UTF-8 is told from other bytes") {
    for (const char* good : {"", "plain", "\xc3\xbc", "\xe2\x82\xac", "\xf0\x9f\x8e\xac"}) {
        CHECK(isUtf8(good));
    }
    for (const char* bad : {"\xfc", "\xc3", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80",
                            "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\x80"}) {
        CHECK_FALSE(isUtf8(bad));
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
