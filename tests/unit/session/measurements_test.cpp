#include "core/session/plan/measurements.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "tests/unit/session/recorded_session.h"

using namespace reelquery;
namespace fs = std::filesystem;

namespace {

const CostShape kShape{6, 2, 64, {}, "S16"};
const AttentionCosts kCosts{{1, 2, 3}, {4, 5, 6}, {7, 8, 9.5}};

RunSpeed someRun() {
    return {.model = "qwen2_vl 8x384",
            .sampling = "keyframes",
            .attention = "auto",
            .decodePerFrameS = 0.25,
            .decodedS = 24,
            .hiddenShare = 0.5,
            .encodeFlopPerS = 1e9,
            .encodedS = 3,
            .linearFlopPerS = 2e9,
            .linearS = 4,
            .attentionFlopPerS = std::nullopt,
            .attendedS = std::nullopt,
            .otherS = 0.125};
}

std::string contents(const fs::path& file) {
    std::ifstream in(file);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("what was measured is there in the next run") {
    const fs::path file = emptyFolder("kept") / "new folder" / "measurements.json";
    {
        Measurements first(file);
        first.keep("cpu", kShape, kCosts);
        first.add("cpu", "float32", someRun());
    }
    const Measurements second(file);
    CHECK(second.attentionCosts("cpu", kShape) == kCosts);
    CHECK(second.runs("cpu", "float32") == std::vector<RunSpeed>{someRun()});
    CHECK(std::distance(fs::directory_iterator(file.parent_path()), {}) == 1);
}

TEST_CASE("what was measured on a busy machine serves until the program ends") {
    const fs::path file = emptyFolder("passing") / "measurements.json";
    {
        Measurements busy(file);
        busy.keep("cpu", kShape, kCosts, false);
        busy.add("cpu", "float32", someRun());
        CHECK(busy.attentionCosts("cpu", kShape) == kCosts);
    }
    Measurements next(file);
    CHECK_FALSE(next.attentionCosts("cpu", kShape));
    CHECK(next.runs("cpu", "float32").size() == 1);
    next.keep("cpu", kShape, kCosts);
    CHECK(Measurements(file).attentionCosts("cpu", kShape) == kCosts);
}

TEST_CASE("measurements belong to a device, a number type, a shape of heads and a selector") {
    Measurements all;
    all.keep("cpu", kShape, kCosts);
    all.add("cpu", "float32", someRun());
    CostShape other = kShape;
    other.target.bfloat16 = true;
    CHECK_FALSE(all.attentionCosts("cpu", other));
    other = kShape;
    other.headDim = 128;
    CHECK_FALSE(all.attentionCosts("cpu", other));
    other = kShape;
    other.selector = "S8";
    CHECK_FALSE(all.attentionCosts("cpu", other));
    CHECK_FALSE(all.attentionCosts("cuda:0", kShape));
    CHECK(all.runs("cpu", "bfloat16").empty());
}

TEST_CASE("a damaged file counts as never measured and is mended by the next measurement") {
    const fs::path file = emptyFolder("damaged") / "measurements.json";
    {
        Measurements whole(file);
        whole.keep("cpu", kShape, kCosts);
        whole.add("cpu", "float32", someRun());
    }
    const std::string good = contents(file);
    std::vector<std::string> bad = {"",
                                    "{",
                                    "[1, 2]",
                                    "null",
                                    "{\"version\": 99}",
                                    "{\"version\": 2, \"attention\": 3, \"runs\": [1]}",
                                    "{\"version\": 2, \"attention\": {\"cpu float32 6/2x64 S16\": "
                                    "{\"dense\": -1}}, \"runs\": {\"cpu float32\": 7}}",
                                    std::string(100, '\0')};
    for (std::size_t cut = 1; cut + 1 < good.size(); cut += 37) bad.push_back(good.substr(0, cut));
    for (const std::string& text : bad) {
        std::ofstream(file, std::ios::trunc) << text;
        Measurements read(file);
        CHECK_FALSE(read.attentionCosts("cpu", kShape));
        CHECK(read.runs("cpu", "float32").empty());
        read.keep("cpu", kShape, kCosts);
        CHECK(Measurements(file).attentionCosts("cpu", kShape) == kCosts);
    }
}

TEST_CASE("numbers that make no sense are left out, the rest of the file counts") {
    const fs::path file = emptyFolder("partly") / "measurements.json";
    std::ofstream(file) << R"({"version": 2, "attention": {"cpu float32 6/2x64 S16":
        {"dense": {"ns_per_call": 1, "ns_per_key": 1, "ns_per_pair": "fast"}}},
        "runs": {"cpu float32": [3, {"model": "m", "encode_flop_per_s": -4, "other_s": 2}]}})";
    const Measurements read(file);
    CHECK_FALSE(read.attentionCosts("cpu", kShape));
    const auto runs = read.runs("cpu", "float32");
    REQUIRE(runs.size() == 1);
    CHECK(runs[0].model == "m");
    CHECK_FALSE(runs[0].encodeFlopPerS);
    CHECK(runs[0].otherS == 2.0);
}

TEST_CASE("only the latest runs are kept") {
    Measurements all;
    for (int i = 0; i < 100; ++i) {
        RunSpeed run = someRun();
        run.otherS = i;
        all.add("cpu", "float32", run);
    }
    const auto runs = all.runs("cpu", "float32");
    CHECK(runs.size() < 100);
    CHECK(runs.back().otherS == 99.0);
}

TEST_CASE("a place that cannot be written costs nothing but the memory of it") {
    const fs::path folder = emptyFolder("blocked");
    std::ofstream(folder / "file") << "in the way";
    Measurements all(folder / "file" / "measurements.json");
    all.keep("cpu", kShape, kCosts);
    CHECK(all.attentionCosts("cpu", kShape) == kCosts);
}
