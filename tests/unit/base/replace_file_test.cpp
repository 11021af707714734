#include "core/base/replace_file.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace reelquery;
namespace fs = std::filesystem;

namespace {

fs::path emptyFolder() {
    const fs::path folder = fs::path(REELQUERY_TEST_DIR) / "replace_file";
    fs::remove_all(folder);
    fs::create_directories(folder);
    return folder;
}

std::string contentOf(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t filesIn(const fs::path& folder) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("a file is written anew, and nothing else is left") {
    const fs::path folder = emptyFolder(), file = folder / "report.json";
    REQUIRE(replaceFile(file, [](std::ostream& out) { out << "a long first text"; }));
    REQUIRE(replaceFile(file, [](std::ostream& out) { out << "second"; }));
    CHECK(contentOf(file) == "second");
    CHECK(filesIn(folder) == 1);
}

TEST_CASE("two threads that replace one file at once do not mix") {
    const fs::path folder = emptyFolder(), file = folder / "report.json";
    std::atomic<int> refused = 0;
    {
        std::vector<std::jthread> threads;
        for (const char letter : {'a', 'b', 'c', 'd'}) {
            threads.emplace_back([&, letter] {
                for (int turn = 0; turn < 50; ++turn) {
                    refused += !replaceFile(file, [&](std::ostream& out) {
                        for (int piece = 0; piece < 20; ++piece) {
                            out << std::string(1000, letter) << std::flush;
                        }
                    });
                }
            });
        }
    }
    CHECK(refused == 0);
    CHECK(contentOf(file) == std::string(20000, contentOf(file).at(0)));
    CHECK(filesIn(folder) == 1);
}

TEST_CASE("a writer that throws leaves the old file and no other") {
    const fs::path folder = emptyFolder(), file = folder / "report.json";
    REQUIRE(replaceFile(file, [](std::ostream& out) { out << "old"; }));
    CHECK_THROWS_AS(replaceFile(file,
                                [](std::ostream& out) {
                                    out << "half of";
                                    throw std::runtime_error("stopped");
                                }),
                    std::runtime_error);
    CHECK(contentOf(file) == "old");
    CHECK(filesIn(folder) == 1);
}

TEST_CASE("what cannot be written leaves the old file as it was") {
    const fs::path folder = emptyFolder(), file = folder / "report.json";
    REQUIRE(replaceFile(file, [](std::ostream& out) { out << "old"; }));
    CHECK_FALSE(replaceFile(file, [](std::ostream& out) {
        out << "half of";
        out.setstate(std::ios::badbit);  // as a full disk does
    }));
    CHECK(contentOf(file) == "old");
    CHECK(filesIn(folder) == 1);
    CHECK_FALSE(replaceFile(folder / "no folder" / "x", [](std::ostream& out) { out << "x"; }));
    // A folder of that name is not replaced.
    fs::create_directories(folder / "taken" / "inside");
    CHECK_FALSE(replaceFile(folder / "taken", [](std::ostream& out) { out << "x"; }));
    CHECK(filesIn(folder) == 2);
}
