#include "core/session/keep/stored_videos.h"

#include "core/base/content_id.h"
#include "core/session/session.h"
#include "tests/support/scratch_folder.h"

using namespace reelquery;
namespace fs = std::filesystem;

TEST_CASE("what is kept of a video is counted by its content, and forgotten without the others'") {
    const ScratchFolder scratch;
    const std::string one = "2-" + std::string(32, 'a'), other = "2-" + std::string(32, 'b');
    SessionStorage storage;
    storage.featureFolder = scratch / "features";
    storage.speechFolder = scratch / "speech";
    CHECK(storedVideos(storage).empty());  // no folder is no fault
    fs::create_directories(storage.featureFolder);
    fs::create_directories(storage.speechFolder);
    writeText(storage.featureFolder / (one + "-1.features"), "12345");
    writeText(storage.featureFolder / (one + "-2.features"), "123");
    writeText(storage.speechFolder / (one + "-3.speech"), "12");
    writeText(storage.speechFolder / (one + "-3.srt"), "1");
    writeText(storage.featureFolder / (other + "-1.features"), "1234");
    writeText(storage.featureFolder / "of-before.features", "1");
    writeText(storage.featureFolder / (one + "-note.txt"), "a user's own");
    const auto found = storedVideos(storage);
    REQUIRE(found.size() == 3);
    CHECK(found.at(one).featureBytes == 8);
    CHECK(found.at(one).speechBytes == 3);
    CHECK(found.at(other).featureBytes == 4);
    CHECK(found.at("").featureBytes == 1);
    forgetVideo(storage, one);
    const auto left = storedVideos(storage);
    CHECK(left.size() == 2);
    CHECK(left.count(one) == 0);
    CHECK(fs::exists(storage.featureFolder / (one + "-note.txt")));
    forgetVideo(storage, "");
    CHECK(storedVideos(storage).size() == 1);
}

TEST_CASE("a file's name tells the video where it begins with a whole content id") {
    const ScratchFolder scratch;
    writeText(scratch / "film", "pictures");
    const std::string id = contentId(scratch / "film");
    CHECK(contentOfName(id + "-0123.features") == id);
    CHECK(contentOfName(id + ".features").empty());
    CHECK(contentOfName("2-short-0123.features").empty());
    CHECK(contentOfName("2-" + std::string(32, 'G') + "-1.features").empty());
}
