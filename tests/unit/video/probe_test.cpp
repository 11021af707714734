#include "vision/video/video_probe.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <thread>

#include "core/base/file_stamp.h"
#include "tests/support/clips.h"

namespace reelquery {
namespace {

TEST_CASE("a video's header is read") {
    initVideoLibrary();
    const VideoInfo info = probeVideo(clips::h264());
    CHECK(info.codec == "h264");
    CHECK(info.pixelFormat == "yuv420p");
    CHECK(info.durationS == Approx(3));
    CHECK(info.frameCount == 75);
    CHECK(info.isFrameCountExact);
    CHECK(info.averageFps == Approx(25));
    CHECK(info.codedWidth == 224);
    CHECK(info.displayHeight == 168);
    CHECK(info.rotationDegrees == 0);
    CHECK_FALSE(info.isHdr());
    CHECK_FALSE(info.isStillImage);
    CHECK_FALSE(info.hasAudio);
    CHECK_FALSE(info.cutShort);
    REQUIRE(info.index);
    CHECK(info.index->isExact());
}

TEST_CASE("a picture is told from a video") {
    initVideoLibrary();
    const VideoInfo info = probeVideo(clips::still());
    CHECK(info.isStillImage);
    CHECK(info.frameCount == 1);
    CHECK(info.durationS == 0);
    CHECK_FALSE(probeVideo(clips::oneFrame()).isStillImage);
}

TEST_CASE("a photo's own turn counts") {
    initVideoLibrary();
    // An EXIF block whose one entry says orientation 6: a clockwise quarter turn.
    const std::string exif(
        "\xff\xe1\x00\x22"
        "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0",
        36);
    std::string bytes = clips::bytesOf(clips::make("photo.jpg", clips::drawn(1) + " -frames:v 1"));
    bytes.insert(2, exif);
    const VideoInfo info = probeVideo(clips::write("turned_photo.jpg", bytes));
    CHECK(info.rotationDegrees == 90);
    CHECK(info.displayWidth == 168);
    CHECK(info.displayHeight == 224);
}

TEST_CASE("sound and subtitles inside the file are reported") {
    initVideoLibrary();
    const auto cues = clips::write("cues.srt", "1\n00:00:00,100 --> 00:00:00,900\nHello\n");
    const auto clip = clips::make(
        "tracks.mkv", clips::drawn(1) + " -f lavfi -i sine=duration=1 -i '" + cues.string() +
                          "' -map 0 -map 1 -map 2 -c:v libx264 -c:a aac -c:s srt "
                          "-metadata:s:s:0 language=deu -metadata:s:s:0 title=Untertitel");
    const VideoInfo info = probeVideo(clip);
    CHECK(info.hasAudio);
    REQUIRE(info.subtitles.size() == 1);
    CHECK(info.subtitles[0].codec == "subrip");
    CHECK(info.subtitles[0].language == "deu");
    CHECK(info.subtitles[0].title == "Untertitel");
    CHECK(info.subtitles[0].isText);
    CHECK(info.frameCount == 25);
}

TEST_CASE("reading a file through reports its progress") {
    initVideoLibrary();
    const auto clip = clips::write("read_through.mp4", clips::bytesOf(clips::h264()));
    VideoInfo info = probeVideo(clip);
    info.index = nullptr;
    std::int64_t total = 0;
    const VideoInfo again =
        indexFrames(info, {}, [&](std::int64_t, std::int64_t bytes) { total = bytes; });
    CHECK(total == static_cast<std::int64_t>(std::filesystem::file_size(clip)));
    CHECK(again.index->frames.size() == 75);
}

TEST_CASE("a file is read through once, and again when it was written to") {
    initVideoLibrary();
    const auto clip = clips::write("read_once.mp4", clips::bytesOf(clips::h264()));
    while (!isSettled(*fileStamp(clip))) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const VideoInfo header = probeVideo(clip, {}, 0);
    int reports = 0;
    const auto count = [&](std::int64_t, std::int64_t) { ++reports; };
    const VideoInfo first = indexFrames(header, {}, count);
    CHECK(reports > 0);
    reports = 0;
    const auto link = clip.parent_path() / "read_once_again.mp4";
    std::filesystem::remove(link);
    std::filesystem::create_symlink(clip, link);
    VideoInfo named = header;
    named.path = link;
    const VideoInfo second = indexFrames(named, {}, count);
    CHECK(reports == 0);
    CHECK(second.index == first.index);
    CHECK(second.path == link);
    clips::write("read_once.mp4", clips::bytesOf(clips::variableRate()));
    CHECK(indexFrames(probeVideo(clip, {}, 0), {}, count).index != first.index);
    CHECK(reports > 0);
}

}  // namespace
}  // namespace reelquery
