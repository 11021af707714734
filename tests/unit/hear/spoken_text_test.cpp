// What was heard as files that players and programs read.

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "core/base/error.h"
#include "core/session/hear/spoken_text.h"

namespace reelquery {

namespace {

namespace fs = std::filesystem;

SpokenText example() {
    SpokenText spoken;
    spoken.file = "film.mkv";
    spoken.language = "en";
    spoken.lines.push_back({"Good morning.", 1.5, 2.25, 0.9, false, {{"Good", 1.5, 1.8, 0.95}}});
    spoken.lines.push_back({"A < B & \"C\"", 3661.0, 3662.9996, 0.2, true, {}});
    return spoken;
}

/// A folder of this process, removed at the end.
class Folder {
  public:
    Folder() { fs::create_directories(path()); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    ~Folder() { fs::remove_all(path()); }

    fs::path path() const {
        return fs::temp_directory_path() / ("spoken_text_test." + std::to_string(getpid()));
    }
};

std::string read(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("SubRip and WebVTT hold the lines with their clocks, doubtful ones marked") {
    CHECK(srtText(example()) ==
          "1\n00:00:01,500 --> 00:00:02,250\nGood morning.\n\n"
          "2\n01:01:01,000 --> 01:01:03,000\nA < B & \"C\" (?)\n\n");
    CHECK(vttText(example()) ==
          "WEBVTT\n\n00:00:01.500 --> 00:00:02.250\nGood morning.\n\n"
          "01:01:01.000 --> 01:01:03.000\nA &lt; B &amp; \"C\" (?)\n\n");
    CHECK(srtText({}).empty());
    CHECK(vttText({}) == "WEBVTT\n\n");
}

TEST_CASE("JSON holds all of it") {
    const auto json = nlohmann::json::parse(spokenJson(example()));
    CHECK(json.at("language") == "en");
    REQUIRE(json.at("lines").size() == 2);
    CHECK(json.at("lines")[0].at("from_s") == 1.5);
    CHECK(json.at("lines")[0].at("words")[0].at("text") == "Good");
    CHECK(json.at("lines")[0].at("words")[0].at("to_s") == 1.8);
    CHECK(json.at("lines")[1].at("doubtful") == true);
    CHECK(json.at("lines")[1].at("to_s") == 3663.0);
    CHECK_FALSE(json.at("lines")[1].contains("words"));
}

TEST_CASE("The file's ending says what is written; what cannot be written is said before") {
    const Folder folder;
    const fs::path srt = folder.path() / "x.SRT", json = folder.path() / "x.json";
    std::ofstream(srt) << "old";
    writeSpokenText(example(), srt);
    CHECK(read(srt) == srtText(example()));
    writeSpokenText(example(), json);
    CHECK(read(json) == spokenJson(example()));
    for (const fs::path& wrong : {folder.path() / "x.txt", folder.path() / "none" / "x.srt"}) {
        try {
            checkSpokenTextFile(wrong);
            FAIL("it was taken");
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::kUsage);
            CHECK_FALSE(error.hint().empty());
        }
    }
}

}  // namespace reelquery
