#include "core/base/content_id.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <string>

using namespace reelquery;
namespace fs = std::filesystem;

namespace {

std::string idOf(const std::string& name, const std::string& bytes) {
    const fs::path folder = fs::path(REELQUERY_TEST_DIR) / "content_id";
    fs::create_directories(folder);
    std::ofstream(folder / name, std::ios::binary) << bytes;
    return contentId(folder / name);
}

}  // namespace

TEST_CASE("a file is told by its content, not by its name") {
    const std::size_t size = GENERATE(0, 1, 400'000, 1 << 20, 5'000'000);
    const std::string bytes(size, 'a');
    const std::string id = idOf("first", bytes);
    CHECK(id.size() == 32);
    CHECK(idOf("copy", bytes) == id);
    CHECK(idOf("longer", bytes + 'a') != id);
    for (const std::size_t at : {std::size_t(0), size / 2, size - 1}) {
        if (at >= size || size > (1 << 20)) continue;  // of more than 1 MiB only pieces are read
        std::string changed = bytes;
        changed[at] = 'b';
        CHECK(idOf("changed", changed) != id);
    }
}

TEST_CASE("of a long file the start, the end and pieces between count") {
    const std::string bytes(5'000'000, 'a');
    const std::string id = idOf("long", bytes);
    for (const std::size_t at : {std::size_t(0), bytes.size() - 1, bytes.size() - 16384}) {
        std::string changed = bytes;
        changed[at] = 'b';
        CHECK(idOf("changed", changed) != id);
    }
    // Pieces lie 79,105 bytes apart here: a change of 70,000 bytes touches one wherever it is.
    std::string changed = bytes;
    changed.replace(2'345'678, 70'000, 70'000, 'b');
    CHECK(idOf("changed", changed) != id);
}

TEST_CASE("a file that cannot be read has no identity") {
    CHECK(contentId(fs::path(REELQUERY_TEST_DIR) / "absent").empty());
    CHECK(contentId(fs::path(REELQUERY_TEST_DIR)).empty());
}
