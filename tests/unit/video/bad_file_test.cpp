// Files that are not what they should be end in one clear line.

#include <sys/stat.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <filesystem>

#include "core/base/error.h"
#include "tests/support/clips.h"
#include "vision/video/frame_sampler.h"
#include "vision/video/video_probe.h"

namespace reelquery {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;

/// Opens and plans; returns the error's one line.
std::string refusal(const fs::path& path) {
    initVideoLibrary();
    try {
        planFrames(probeVideo(path), {});
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kVideo);
        const std::string line = error.what();
        CHECK(line.find('\n') == std::string::npos);
        CHECK_FALSE(error.message().empty());
        return line;
    }
    FAIL("accepted " << path);
    return {};
}

/// Top-level boxes of an mp4 without those of one kind.
std::string withoutBox(const std::string& mp4, const std::string& kind) {
    std::string rest;
    for (std::size_t at = 0; at + 8 <= mp4.size();) {
        std::size_t size = 0;
        for (std::size_t i = 0; i < 4; ++i)
            size = size << 8 | static_cast<unsigned char>(mp4[at + i]);
        if (size < 8) break;
        if (mp4.substr(at + 4, 4) != kind) rest += mp4.substr(at, size);
        at += size;
    }
    return rest;
}

TEST_CASE("paths that lead to no video are named") {
    CHECK_THAT(refusal(clips::folder() / "not there.mp4"), Contains("no file not there.mp4"));
    const auto folder = clips::folder() / "no pictures";
    std::filesystem::create_directories(folder);
    CHECK_THAT(refusal(folder), Contains("folder without pictures"));
    CHECK_THAT(refusal("/dev/null"), Contains("not a regular file"));
    CHECK_THAT(refusal(clips::folder() / (std::string(300, 'x') + ".mp4")), Contains("too long"));
    CHECK_THAT(refusal(fs::path(std::string(6000, '/') + "x.mp4")), Contains("too long"));
}

TEST_CASE("a line break in a name does not break the line") {
    CHECK_THAT(refusal(clips::folder() / "two\nlines.mp4"), Contains("two?lines.mp4"));
}

TEST_CASE("a file that may not be read is named") {
    const fs::path secret = clips::write("secret.mp4", "locked");
    REQUIRE(chmod(secret.c_str(), 0) == 0);
    const uid_t user = geteuid();
    if (user == 0) REQUIRE(seteuid(65534) == 0);  // root may read everything
    const std::string line = refusal(secret);
    if (user == 0) REQUIRE(seteuid(user) == 0);
    CHECK_THAT(line, Contains("no permission"));
}

TEST_CASE("files without a video inside are told apart") {
    CHECK_THAT(refusal(clips::write("empty.mp4", "")), Contains("0 bytes"));
    CHECK_THAT(refusal(clips::write("text.mp4", "Dear diary, nothing happened today.\n")),
               Contains("not a video or picture"));
    CHECK_THAT(refusal(clips::write("notes.txt", std::string(4000, 'a'))), Contains("text"));
    CHECK_THAT(refusal(clips::make("sound.m4a", "-f lavfi -i sine=duration=1")),
               Contains("sound but no picture"));
}

TEST_CASE("an mp4 without its index is told from other damage") {
    const std::string whole = clips::bytesOf(clips::h264());
    CHECK_THAT(refusal(clips::write("no_moov.mp4", withoutBox(whole, "moov"))), Contains("moov"));
    CHECK_THAT(refusal(clips::write("half.mp4", whole.substr(0, whole.size() / 2))),
               Contains("moov"));
}

TEST_CASE("a cut-off file that keeps its index can be used up to the cut") {
    initVideoLibrary();
    const auto ready = clips::make(
        "index_first.mp4", "-i '" + clips::h264().string() + "' -c copy -movflags +faststart");
    const std::string whole = clips::bytesOf(ready);
    const fs::path cut = clips::write("cut.mp4", whole.substr(0, whole.size() * 2 / 3));
    const VideoInfo info = probeVideo(cut);
    REQUIRE(info.cutShort);
    CHECK(info.cutShort->untilS > 1);
    CHECK(info.cutShort->untilS < 3);
    CHECK(info.cutShort->promisedS == Approx(3).margin(0.05));
    CHECK_THAT(cutShortText(*info.cutShort, "cut.mp4"),
               Contains("cut.mp4 is cut short: it should run to 0:03"));
}

TEST_CASE("a codec that cannot be decoded is named") {
    std::string bytes = clips::bytesOf(clips::h264());
    const std::size_t entry = bytes.find("avc1", bytes.find("stsd"));
    REQUIRE(entry != std::string::npos);
    bytes.replace(entry, 4, "zzzz");
    CHECK_THAT(refusal(clips::write("unknown_codec.mp4", bytes)), Contains("cannot be decoded"));
}

TEST_CASE("unicode, blanks, quotes and long names are fine") {
    initVideoLibrary();
    const fs::path odd = clips::folder() / "видео 動画 'x' %d 🎬";
    fs::create_directories(odd);
    const fs::path copy = odd / (std::string(240, 'n') + ".mp4");
    fs::copy_file(clips::h264(), copy, fs::copy_options::overwrite_existing);
    CHECK(probeVideo(copy).frameCount == 75);
}

TEST_CASE("a video of which nothing can be decoded is refused when sampled") {
    initVideoLibrary();
    std::string bytes = clips::bytesOf(clips::h264());
    const std::size_t data = bytes.find("mdat") + 4;
    const std::size_t end = bytes.find("moov") - 4;
    REQUIRE(data < end);
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(data),
              bytes.begin() + static_cast<std::ptrdiff_t>(end), '\x5a');
    const VideoInfo info = probeVideo(clips::write("noise.mp4", bytes));
    SamplingOptions options;
    options.frames = 4;
    try {
        sampleFrames(info, planFrames(info, options), {}, [](SampledFrame&&) {});
        FAIL("frames came out of noise");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kVideo);
        CHECK_THAT(error.what(), Contains("not one of the 4 frames"));
    }
}

TEST_CASE("a list of other files is not followed, whatever its name") {
    const fs::path video = clips::h264();
    const std::string name = video.filename().string();
    clips::make("for_list.ts", clips::drawn(1) + " -c:v libx264 -pix_fmt yuv420p");
    const std::string playlist =
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:0\n"
        "#EXTINF:1.0,\nfor_list.ts\n#EXT-X-ENDLIST\n";
    const std::string script = "ffconcat version 1.0\nfile " + name + "\n";
    const std::string manifest =
        "<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" "
        "mediaPresentationDuration=\"PT1S\" profiles=\"urn:mpeg:dash:profile:isoff-main:2011\">"
        "<Period><AdaptationSet mimeType=\"video/mp4\"><Representation id=\"1\" bandwidth=\"1\">"
        "<BaseURL>" +
        name + "</BaseURL></Representation></AdaptationSet></Period></MPD>\n";
    for (const auto& [file, text] :
         {std::pair("list.m3u8", playlist), std::pair("list.mp4", playlist),
          std::pair("list.ffconcat", script), std::pair("script.mkv", script),
          std::pair("list.mpd", manifest), std::pair("plain.m3u", "#EXTM3U\n" + name + "\n"),
          std::pair("marked.mp4", "\xEF\xBB\xBF" + playlist),
          std::pair("list.pls", "[playlist]\nFile1=" + name + "\n"),
          std::pair("list.xspf", "<?xml version=\"1.0\"?>\n<playlist><trackList><track><location>" +
                                     name + "</location></track></trackList></playlist>\n")}) {
        INFO(file);
        const std::string line = refusal(clips::write(file, text));
        CHECK_THAT(line, Contains(std::string(file) + " is a list of other files"));
    }
}

}  // namespace
}  // namespace reelquery
