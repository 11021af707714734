// Still pictures as a video: each once and whole, in order, upright, of one size; what cannot be
// read is named.

#include <ATen/ATen.h>
#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "core/base/error.h"
#include "core/base/picture_pack.h"
#include "tests/support/clips.h"
#include "tests/unit/video/numbered_sampling.h"
#include "vision/video/picture_list.h"

namespace reelquery {
namespace {

namespace fs = std::filesystem;

struct Looked {
    VideoInfo info;
    FramePlan plan;
    SamplingReport report;
    std::vector<SampledFrame> frames;
};

Looked look(const fs::path& path, const SamplingOptions& options = {}) {
    initVideoLibrary();
    Looked looked;
    looked.info = probeVideo(path);
    looked.plan = planFrames(looked.info, options);
    looked.report = sampleFrames(looked.info, looked.plan, {}, [&](SampledFrame&& frame) {
        looked.frames.push_back(std::move(frame));
    });
    return looked;
}

std::vector<double> timesOf(const Looked& looked) {
    std::vector<double> times;
    for (const SampledFrame& frame : looked.frames) times.push_back(frame.timeS);
    return times;
}

/// A plain picture of a grey that tells it from others.
fs::path grey(int value, const std::string& ending = "png", const std::string& size = "224x168") {
    const std::string hex = std::to_string(value);
    return clips::make("grey" + hex + "_" + size + "." + ending,
                       "-f lavfi -i color=c=black:s=" + size +
                           ":r=1:d=1,format=gray,geq=lum=" + hex + " -frames:v 1");
}

double brightness(const SampledFrame& frame) {
    return frame.rgb.to(at::kDouble).mean().item<double>();
}

fs::path freshFolder(const std::string& name) {
    const fs::path folder = clips::folder() / name;
    fs::remove_all(folder);
    fs::create_directories(folder);
    return folder;
}

TEST_CASE("a folder of stills is a video of a time step each") {
    const fs::path folder = freshFolder("stills");
    fs::copy(grey(200), folder / "10.png");
    fs::copy(grey(40), folder / "1.png");
    fs::copy(grey(120, "jpg"), folder / "2.JPG");
    std::ofstream(folder / "3.png") << "no picture";
    std::ofstream(folder / "4.bmp") << "none either";
    std::ofstream(folder / "notes.txt") << "not even by its name";
    const Looked looked = look(folder);
    CHECK(looked.info.pictures->leftOut == std::vector<std::string>{"3.png", "4.bmp"});
    CHECK(timesOf(looked) == std::vector<double>{0, 0, 1, 1, 2, 2});
    CHECK(looked.plan.secondPerGrid == 1);
    CHECK(looked.plan.gridT == 3);
    CHECK(looked.info.durationS == 3);
    const std::vector<double> expected = {40, 40, 120, 120, 200, 200};
    for (std::size_t i = 0; i < expected.size(); ++i)
        CHECK(brightness(looked.frames[i]) == Approx(expected[i]).margin(2));
    CHECK(expectedTimes(looked.info, looked.plan) == timesOf(looked));
    CHECK(leftOutText(looked.info.pictures->leftOut) ==
          "2 pictures were left out, they cannot be read: 3.png, 4.bmp");
    CHECK(leftOutText({}).empty());
}

TEST_CASE("stills are thinned out only where they are too many") {
    const fs::path folder = freshFolder("many stills");
    for (int i = 0; i < 9; ++i) fs::copy(grey(100), folder / (std::to_string(i) + ".png"));
    SamplingOptions options;
    options.fps = 0.1;  // a rate is no reason to pass over stills
    CHECK(timesOf(look(folder, options)).size() == 18);
    options.frames = 6;
    CHECK(timesOf(look(folder, options)) == std::vector<double>{0, 0, 4, 4, 8, 8});
    options.frames.reset();
    options.maxFrames = 4;
    CHECK(timesOf(look(folder, options)) == std::vector<double>{0, 0, 8, 8});
    options.maxFrames = 768;
    options.fromS = 2;
    options.toS = 3.5;
    CHECK(timesOf(look(folder, options)) == std::vector<double>{2, 2, 3, 3});
    options = {};
    options.within = {{1, 1.5}, {6, 7}};
    CHECK(timesOf(look(folder, options)) == std::vector<double>{1, 1, 6, 6, 7, 7});
    options = {};
    options.maxVideoTokens = 5 * options.minTokensPerPair;
    const Looked few = look(folder, options);
    CHECK(few.plan.tokens <= options.maxVideoTokens);
    CHECK(few.frames.size() >= 4);
    CHECK(few.frames.size() < 18);
    CHECK(few.plan.framesByRule == 18);
    options.frames = 18;
    CHECK_THROWS_AS(look(folder, options), Error);
    options = {};
    options.fromS = 30;
    CHECK_THROWS_AS(look(folder, options), Error);
}

TEST_CASE("a still of another shape stands between black bars") {
    const fs::path folder = freshFolder("shapes");
    fs::copy(grey(200), folder / "1.png");
    fs::copy(grey(200, "png", "168x224"), folder / "2.png");
    fs::copy(grey(200, "png", "448x336"), folder / "3.png");
    const Looked looked = look(folder);
    for (const SampledFrame& frame : looked.frames) {
        CHECK(frame.rgb.size(1) == looked.plan.size.height);
        CHECK(frame.rgb.size(2) == looked.plan.size.width);
    }
    CHECK(brightness(looked.frames[0]) == Approx(200).margin(1));
    CHECK(brightness(looked.frames[4]) == Approx(200).margin(1));
    // 3/4 as wide as high inside 4/3: 9/16 of the width is picture.
    CHECK(brightness(looked.frames[2]) == Approx(200 * 9.0 / 16).margin(3));
    const at::Tensor bars = looked.frames[2].rgb.slice(2, 0, looked.plan.size.width / 5);
    CHECK(bars.max().item<int>() == 0);
    CHECK(looked.frames[2]
              .rgb[0][looked.plan.size.height / 2][looked.plan.size.width / 2]
              .item<int>() == Approx(200).margin(1));
}

TEST_CASE("a still that breaks in its middle is left out and named") {
    const fs::path folder = freshFolder("broken");
    for (const char* name : {"1.png", "2.png", "3.png"}) fs::copy(grey(90), folder / name);
    const std::string photo = clips::bytesOf(clips::make(
        "noise.jpg", "-f lavfi -i testsrc2=size=224x168:rate=1:duration=1 -frames:v 1"));
    std::ofstream(folder / "2.jpg", std::ios::binary) << photo.substr(0, photo.size() / 2);
    const Looked looked = look(folder);
    CHECK(looked.report.unreadable == std::vector<std::string>{"2.jpg"});
    CHECK(timesOf(looked) == std::vector<double>{0, 0, 2, 2, 3, 3});
    CHECK(looked.info.pictures->leftOut.empty());
}

TEST_CASE("a folder without a picture says so") {
    const fs::path folder = freshFolder("nothing");
    CHECK_THROWS_WITH(probeVideo(folder), Catch::Contains("is a folder without pictures"));
    std::ofstream(folder / "1.png") << "x";
    CHECK_THROWS_WITH(probeVideo(folder), Catch::Contains("1.png"));
}

TEST_CASE("a pack holds pairs of frames and stills, in the order of their times") {
    const fs::path file = freshFolder("packs") / "pack";
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    PicturePackWriter writer(descriptor, 4);
    const auto add = [&](double timeS, bool isAlone, int value) {
        writer.add(timeS, isAlone, clips::bytesOf(grey(value, value % 20 ? "jpg" : "png")));
    };
    add(7.25, true, 100);
    add(3.5, false, 30);  // a pair
    add(3.75, false, 60);
    add(9, false, 150);  // a pair whose second frame is missing
    ::close(descriptor);
    const Looked looked = look(file);
    CHECK(timesOf(looked) == std::vector<double>{3.5, 3.75, 7.25, 7.25, 9, 9});
    CHECK(looked.plan.secondPerGrid == 0.5);
    const std::vector<double> expected = {30, 60, 100, 100, 150, 150};
    for (std::size_t i = 0; i < expected.size(); ++i)
        CHECK(brightness(looked.frames[i]) == Approx(expected[i]).margin(2));
}

TEST_CASE("a pack without pictures asks for no frame") {
    const fs::path file = freshFolder("empty packs") / "pack";
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    PicturePackWriter(descriptor, 0);
    ::close(descriptor);
    const VideoInfo info = probeVideo(file);
    const FramePlan plan = planFrames(info, {});
    CHECK(plan.wanted.empty());
    CHECK(plan.tokens == 0);
}

}  // namespace
}  // namespace reelquery
