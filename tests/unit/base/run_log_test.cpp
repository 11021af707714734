#include "core/base/run_log.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <string>

using namespace reelquery;
namespace fs = std::filesystem;

namespace {

fs::path emptyLogFolder() {
    const fs::path folder = fs::path(REELQUERY_TEST_DIR) / "run_log";
    fs::remove_all(folder);
    return folder;
}

std::string logTextOf(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("a log is written line by line, and details only where they are asked for") {
    const fs::path file = emptyLogFolder() / "below" / "reelquery.log";
    setUpLog({file});
    writeLog(LogLevel::kDetail, "web", "nobody asked for this");
    CHECK_FALSE(fs::exists(file));  // nothing to say makes no folder
    writeLog(LogLevel::kInfo, "start", "first\nline");
    writeLog(LogLevel::kError, "engine", "it broke");
    const std::string text = logTextOf(file);
    CHECK(text.find(" info start: first line\n") != std::string::npos);
    CHECK(text.find(" error engine: it broke\n") != std::string::npos);
    CHECK(text.find("nobody") == std::string::npos);
    CHECK((fs::status(file).permissions() & (fs::perms::group_all | fs::perms::others_all)) ==
          fs::perms::none);
    REQUIRE_FALSE(latestProblems().empty());
    CHECK(latestProblems().back().find("engine: it broke") != std::string::npos);
    setUpLog({});
}

TEST_CASE("a log of many lines takes two files of its size at most, the newest lines included") {
    const fs::path file = emptyLogFolder() / "reelquery.log";
    constexpr std::int64_t kMost = 4000;
    setUpLog({file, LogLevel::kInfo, false, kMost});
    for (int line = 0; line < 500; ++line)
        writeLog(LogLevel::kInfo, "count", std::to_string(line) + ".");
    const fs::path before = fs::path(file) += ".1";
    CHECK(static_cast<std::int64_t>(fs::file_size(file)) <= kMost);
    CHECK(static_cast<std::int64_t>(fs::file_size(before)) <= kMost);
    CHECK(logTextOf(file).find("count: 499.\n") != std::string::npos);
    CHECK(std::distance(fs::directory_iterator(file.parent_path()), fs::directory_iterator()) == 2);
    setUpLog({});
}

TEST_CASE("where nothing can be written, a log is silent and its problems are kept in memory") {
    setUpLog({"/proc/nothing/reelquery.log"});
    for (int line = 0; line < 50; ++line) writeLog(LogLevel::kWarning, "disk", "is full");
    CHECK(latestProblems().size() == 20);
    setUpLog({});
    CHECK(logFile().empty());
}
