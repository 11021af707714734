// Files that lie about themselves or are not whole: which frames come, told by their numbers.

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <functional>
#include <set>

#include "core/base/error.h"
#include "tests/unit/video/numbered_sampling.h"

namespace reelquery {
namespace {

/// The k-th frame of a clip at 25 frames a second has number k, and none is missing.
void checkNumbers(const NumberedRun& run, int frames) {
    CHECK(run.info.frameCount == frames);
    CHECK(run.report.got == run.report.wanted);
    CHECK(run.report.decodeErrors == 0);
    for (const NumberedFrame& frame : run.frames) {
        CHECK(frame.number == std::lround((frame.timeS - run.info.firstFrameS) * 25));
    }
}

std::string replaced(std::string bytes, const std::string& what, const std::string& with) {
    for (std::size_t at = bytes.find(what); at != std::string::npos; at = bytes.find(what, at)) {
        bytes.replace(at, what.size(), with);
    }
    return bytes;
}

std::string hevc(int keyEvery, const std::string& more = "") {
    const std::string every = std::to_string(keyEvery);
    std::string codec =
        " -c:v libx265 -preset ultrafast -pix_fmt yuv420p -x265-params log-level=error:scenecut=0";
    codec.append(":keyint=").append(every).append(":min-keyint=").append(every);
    return codec.append(more).append(" ");
}

TEST_CASE("files that call every frame a key frame give whole pictures") {
    const auto source = GENERATE_COPY(
        clips::make("keys_hevc.mp4", clips::numbered(150) + hevc(50)),
        clips::make("keys_mpeg4.mp4",
                    clips::numbered(150) + " -c:v mpeg4 -q:v 3 -g 50 -sc_threshold 1000000000"),
        clips::make("keys_h264.mp4", clips::numbered(150) + clips::numberedH264(50)));
    INFO(source.string());
    // Without the table of sync samples every sample is one.
    const auto liar = clips::write("all_" + source.filename().string(),
                                   replaced(clips::bytesOf(source), "stss", "free"));
    const auto mode = GENERATE(SamplingMode::kAuto, SamplingMode::kExact);
    checkNumbers(sampleNumbers(liar, someFrames(8, mode)), 150);
    initVideoLibrary();  // and as a file too large to be read through when it is opened
    checkNumbers(sampleNumbers(indexFrames(probeVideo(liar, {}, 0)), someFrames(8, mode)), 150);
}

TEST_CASE("a broadcast that was cut anywhere begins with its first whole picture") {
    const auto whole = GENERATE_COPY(
        clips::make("for_cut_h264.ts", clips::numbered(250) + clips::numberedH264(60, 3)),
        clips::make("for_cut_mpeg2.ts",
                    clips::numbered(250) + " -c:v mpeg2video -q:v 3 -g 24 -bf 2"),
        clips::make("for_cut_hevc.ts", clips::numbered(250) + hevc(60, ":open-gop=1")));
    INFO(whole.string());
    const std::string bytes = clips::bytesOf(whole);
    const auto cut = clips::write("cut_" + whole.filename().string(),
                                  bytes.substr(bytes.size() / 8 / 188 * 188));
    const NumberedRun run = sampleNumbers(cut, someFrames(8));
    CHECK(run.report.got == 8);
    CHECK(run.report.decodeErrors == 0);
    std::set<int> numbers;
    for (const NumberedFrame& frame : run.frames) {
        numbers.insert(frame.number);
        const double sinceFirstS = frame.timeS - run.frames.front().timeS;
        CHECK(frame.number - run.frames.front().number == std::lround(sinceFirstS * 25));
    }
    CHECK(numbers.size() == 8);
    CHECK(run.frames.front().number > 0);
    CHECK(run.frames.front().timeS > 0);  // the file begins before, with what nothing can show
    CHECK(run.frames.back().number == 249);
}

TEST_CASE("pictures that are refreshed bit by bit come at their own times") {
    const std::string arguments = clips::numbered(300) +
                                  " -c:v libx264 -preset veryfast -pix_fmt yuv420p -x264-params "
                                  "intra-refresh=1:bframes=0:keyint=50 ";
    const auto clip =
        GENERATE_COPY(clips::make("refresh.ts", arguments), clips::make("refresh.mkv", arguments),
                      clips::make("refresh.mp4", arguments));
    INFO(clip.string());
    checkNumbers(sampleNumbers(clip, someFrames(20)), 300);
    SamplingOptions part = someFrames(4);
    part.fromS = 6;
    part.toS = 7;
    checkNumbers(sampleNumbers(clip, part), 300);
}

TEST_CASE("streams without a container and AVI are shown in the codec's order") {
    const std::string source = clips::numbered(150);
    const auto clip = GENERATE_COPY(
        clips::make("raw.h264", source + clips::numberedH264(30, 0)),
        clips::make("raw_b.h264", source + clips::numberedH264(30, 3)),
        clips::make("raw.hevc", source + hevc(30, ":bframes=3")),
        clips::make("raw.m2v", source + " -c:v mpeg2video -q:v 3 -g 15 -bf 2"),
        clips::make("b_h264.avi", source + clips::numberedH264(50, 3) + "-bsf:v h264_mp4toannexb"),
        clips::make("b_mpeg4.avi", source + " -c:v mpeg4 -q:v 3 -g 50 -bf 1 -b_strategy 0"));
    INFO(clip.string());
    checkNumbers(sampleNumbers(clip, someFrames(150)), 150);
    checkNumbers(sampleNumbers(clip, someFrames(8)), 150);
}

TEST_CASE("program streams are exact though they tell the time of some frames only") {
    const std::string noise = " -vf noise=alls=30:allf=t ";  // a frame fills several packets
    const std::string codec = noise + "-c:v mpeg2video -q:v 2 -g 12 -bf 2 ";
    const auto clip =
        GENERATE_COPY(clips::make("exact.mpg", clips::numbered(150) + codec),
                      clips::make("exact.vob", clips::numbered(150) + codec + "-f vob"),
                      clips::make("exact_mpeg1.mpg", clips::numbered(150) + noise +
                                                         "-c:v mpeg1video -q:v 2 -g 15 -bf 2"));
    INFO(clip.string());
    checkNumbers(sampleNumbers(clip, someFrames(40)), 150);
}

/// One FLV tag after the other: (kind, milliseconds, body).
template <class Receive>
void forEachTag(const std::string& bytes, const Receive& receive) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    for (std::size_t place = 13; place + 11 <= bytes.size();) {
        const std::size_t size = at(place + 1) << 16 | at(place + 2) << 8 | at(place + 3);
        const int time = at(place + 4) << 16 | at(place + 5) << 8 | at(place + 6);
        receive(static_cast<int>(at(place)), time, bytes.substr(place + 11, size));
        place += 11 + size + 4;
    }
}

std::string tag(int kind, int time, const std::string& body) {
    const auto bytes = [](std::size_t value, int count) {
        std::string text;
        for (int i = count - 1; i >= 0; --i) text.push_back(static_cast<char>(value >> (8 * i)));
        return text;
    };
    return bytes(std::size_t(kind), 1) + bytes(body.size(), 3) + bytes(std::size_t(time), 3) +
           std::string(4, '\0') + body + bytes(11 + body.size(), 4);
}

TEST_CASE("what is told a decoder on the way is told it again after a seek") {
    // A live recording whose sender begins anew after 4 s, with another header.
    const std::string first =
        clips::bytesOf(clips::make("header_a.flv", clips::numbered(100) + clips::numberedH264()));
    const std::string second = clips::bytesOf(
        clips::make("header_b.flv",
                    clips::numbered(100, 25, 100) + " -vf scale=96:192" + clips::numberedH264()));
    std::string bytes = first.substr(0, 13);
    for (int part = 0; part < 2; ++part) {
        forEachTag(part == 0 ? first : second, [&](int kind, int time, const std::string& body) {
            const bool isEnd = kind == 9 && body[1] == 2;
            if (kind != 18 && !isEnd) bytes += tag(kind, time + 4000 * part, body);
        });
    }
    checkNumbers(sampleNumbers(clips::write("new_header.flv", bytes), someFrames(20)), 200);

    const auto palette = clips::make(
        "palette.avi", clips::numbered(50) + " -vf format=gray,format=pal8 -c:v rawvideo");
    checkNumbers(sampleNumbers(palette, someFrames(10)), 50);
}

TEST_CASE("two frames with one time stamp are two frames") {
    const auto whole =
        clips::make("for_twins.mkv", clips::numbered(100) + clips::numberedH264(20, 0));
    const auto twins =
        clips::make("twins.mkv", "-i '" + whole.string() +
                                     "' -c copy -bsf:v "
                                     "\"setts=pts=floor(PTS/80)*80:dts=floor(DTS/80)*80\"");
    const NumberedRun run = sampleNumbers(twins, someFrames(100));
    CHECK(run.info.frameCount == 100);
    REQUIRE(run.frames.size() == 100);
    for (std::size_t i = 0; i < 100; ++i) CHECK(run.frames[i].number == int(i));
}

TEST_CASE("sound that runs for long before the first picture hides no picture") {
    const auto clip =
        clips::make("sound_first.ts", clips::numbered(100) +
                                          " -f lavfi -i sine=duration=40 -map 0:v -map 1:a "
                                          "-vf setpts=PTS+30/TB" +
                                          clips::numberedH264() + "-c:a mp2");
    checkNumbers(sampleNumbers(clip, someFrames(8)), 100);
}

TEST_CASE("a header that is too short does not hide the rest of a large file") {
    const auto whole =
        clips::make("short_header.mkv", clips::numbered(250) + clips::numberedH264());
    std::string bytes = clips::bytesOf(whole);
    const std::size_t place = bytes.find("\x44\x89\x88") + 3;
    const double milliseconds = 2000;
    char value[8];
    std::memcpy(value, &milliseconds, 8);
    for (std::size_t i = 0; i < 8; ++i) bytes[place + i] = value[7 - i];
    const auto clip = clips::write("short_header_2s.mkv", bytes);
    initVideoLibrary();
    const VideoInfo header = probeVideo(clip, {}, 0);
    CHECK(header.durationS > 9);
    SamplingOptions options = someFrames(4, SamplingMode::kAuto);
    options.fromS = 6;
    options.toS = 9;
    for (const NumberedFrame& frame : sampleNumbers(header, options).frames) {
        CHECK(frame.number == std::lround(frame.timeS * 25));
        CHECK(frame.timeS >= 6);
    }
}

TEST_CASE("a file that was cut short is read up to the cut, and it is said") {
    const std::string source = clips::numbered(250), h264 = source + clips::numberedH264();

    struct Row {
        std::filesystem::path whole;
        bool saysLength = true;  // elsewhere only that something is missing is known
    };

    const auto row = GENERATE_COPY(
        Row{clips::make("end_front.mp4", h264 + "-movflags faststart")},
        Row{clips::make("end_fragments.mp4", h264 + "-movflags frag_keyframe+empty_moov"), false},
        Row{clips::make("end.mkv", h264)}, Row{clips::make("end.flv", h264)},
        Row{clips::make("end.webm", source + " -c:v libvpx -b:v 500k -deadline realtime -g 25")},
        Row{clips::make("end.avi", source + " -c:v mpeg4 -q:v 3 -g 25"), false},
        Row{clips::make("end.ts", h264), false},
        Row{clips::make("end.wmv", source + " -c:v wmv2 -q:v 3 -g 25"), false});
    INFO(row.whole.string());
    const std::string bytes = clips::bytesOf(row.whole);
    initVideoLibrary();
    CHECK_FALSE(probeVideo(row.whole).cutShort);
    const auto cut = clips::write("cut_" + row.whole.filename().string(),
                                  bytes.substr(0, bytes.size() * 6 / 10 / 188 * 188 + 100));
    const NumberedRun run = sampleNumbers(cut, someFrames(8));
    REQUIRE(run.info.cutShort);
    CHECK(run.info.cutShort->promisedS.has_value() == row.saysLength);
    CHECK(run.info.durationS == run.info.cutShort->untilS);
    const auto frames = static_cast<int>(run.info.frameCount);
    CHECK(frames > 100);
    CHECK(frames < 200);
    // Up to two frames that are shown before the last one lie behind the cut.
    CHECK(run.info.durationS == Approx(frames / 25.0).margin(0.13));
    checkNumbers(run, frames);
    CHECK(run.report.got == 8);
    CHECK(run.frames.back().number >= frames - 1);
    CHECK(run.frames.back().number <= frames + 1);
}

TEST_CASE("a large file that was cut short tells its end, too") {
    const auto whole = clips::make(
        "end_large.mp4", clips::numbered(250) + clips::numberedH264() + "-movflags faststart");
    const std::string bytes = clips::bytesOf(whole);
    const auto cut = clips::write("cut_large.mp4", bytes.substr(0, bytes.size() / 2));
    initVideoLibrary();
    const VideoInfo info = probeVideo(cut, {}, 0);
    REQUIRE(info.cutShort);
    CHECK(info.cutShort->promisedS == Approx(10).margin(0.1));
    const NumberedRun run = sampleNumbers(info, someFrames(8));
    CHECK(run.report.got == run.report.wanted);
    CHECK(run.report.decodeErrors == 0);
    CHECK(run.frames.back().timeS <= info.durationS);
    CHECK(run.frames.back().timeS > info.durationS - 0.5);
}

TEST_CASE("of several video tracks the one that is asked for is read") {
    const auto large = clips::make("track_large.mp4", clips::numbered(100) + clips::numberedH264());
    const auto small =
        clips::make("track_small.mp4",
                    clips::numbered(50, 25, 2000) + " -vf scale=96:48" + clips::numberedH264());
    const auto both =
        GENERATE_COPY(clips::make("two_pictures.mkv", "-i '" + small.string() + "' -i '" +
                                                        large.string() + "' -map 0 -map 1 -c copy"),
                      clips::make("two_pictures.ts", "-i '" + small.string() + "' -i '" +
                                                       large.string() + "' -map 0 -map 1 -c copy"));
    INFO(both.string());
    initVideoLibrary();
    const VideoInfo main = probeVideo(both), first = probeVideo(both, {}, kScanOnOpenBytes, 1);
    REQUIRE(main.videoTracks.size() == 2);
    CHECK(main.videoTracks[0].width == 96);
    CHECK(main.videoTracks[1].width == 192);
    CHECK(first.streamIndex == first.videoTracks[0].streamIndex);
    CHECK(first.frameCount == 50);
    for (const NumberedFrame& frame : sampleNumbers(first, someFrames(8)).frames) {
        CHECK(frame.number - 2000 == std::lround((frame.timeS - first.firstFrameS) * 25));
    }
    const VideoInfo second = probeVideo(both, {}, kScanOnOpenBytes, 2);
    CHECK(sampleNumbers(second, someFrames(8)).frames.back().number == 99);
    try {
        probeVideo(both, {}, kScanOnOpenBytes, 3);
        FAIL("there is no third track");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kUsage);
        CHECK_THAT(error.message(), Catch::Contains("has 2 video tracks"));
    }
}

/// Takes the time stamps off every packet of the picture whose number `isBare` names.
std::string withoutTimes(std::string bytes, const std::function<bool(int)>& isBare) {
    constexpr std::size_t kPacket = 188;
    constexpr int kPicture = 256;  // as ffmpeg numbers the first stream
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    int number = 0;
    for (std::size_t at = 0; at + kPacket <= bytes.size(); at += kPacket) {
        const bool begins = (byte(at + 1) & 0x40) != 0;
        if (!begins || ((byte(at + 1) & 0x1f) << 8 | byte(at + 2)) != kPicture) continue;
        const std::size_t head = at + 4 + (byte(at + 3) & 0x20 ? 1U + byte(at + 4) : 0U);
        if (!isBare(number++)) continue;
        bytes[head + 7] = static_cast<char>(byte(head + 7) & 0x3f);
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(head) + 9, byte(head + 8), '\xff');
    }
    return bytes;
}

TEST_CASE("frames whose packets have no time are shown between their neighbours") {
    const auto plain =
        clips::make("times_plain.ts", clips::numbered(75) + clips::numberedH264(25, 0));
    const auto ordered =
        clips::make("times_b.ts", clips::numbered(75) + clips::numberedH264(25, 2));

    struct Row {
        std::filesystem::path whole;
        std::function<bool(int)> isBare;
    };

    const auto row = GENERATE_COPY(Row{plain, [](int n) { return n % 3 != 0; }},
                                   Row{plain, [](int n) { return n == 40 || n > 72; }},
                                   Row{ordered, [](int n) { return n % 5 == 4; }},
                                   Row{ordered, [](int n) { return n == 3; }});
    const auto bare =
        clips::write("times_missing.ts", withoutTimes(clips::bytesOf(row.whole), row.isBare));
    const NumberedRun run = sampleNumbers(bare, someFrames(74));
    CHECK(run.report.got == 74);
    checkNumbers(run, 75);
}

TEST_CASE("a table that makes no sense is damage, not memory that ran out or a missing end") {
    std::string bytes = clips::bytesOf(clips::make(
        "tables.mp4", "-i '" + clips::h264().string() + "' -c copy -movflags faststart"));
    const std::string name = GENERATE("stts", "ctts", "stsc", "stco", "stss", "stsz");
    INFO(name);
    const std::size_t table = bytes.find(name) + (name == "stsz" ? 4 : 0);  // its own size first
    bytes.replace(table + 8, 4, std::string("\x3f\xff\xff\xff", 4));
    initVideoLibrary();
    try {
        probeVideo(clips::write("absurd_table.mp4", bytes));
        FAIL("it was opened");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kVideo);
        CHECK_THAT(error.what(), Catch::Contains("damaged"));
    }
}

}  // namespace
}  // namespace reelquery
