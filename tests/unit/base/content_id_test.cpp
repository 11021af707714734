// A file is told by its content: by all of it where it is not long, with its stamp where it is.

#include "core/base/content_id.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <string>

#include "core/base/file_stamp.h"
#include "core/base/stamp_memo.h"

using namespace reelquery;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kLong = kWholeContentBytes + (6 << 20);

fs::path place(const std::string& name) {
    const fs::path folder = fs::path(REELQUERY_TEST_DIR) / "content_id";
    fs::create_directories(folder);
    return folder / name;
}

std::string idOf(const std::string& name, const std::string& bytes) {
    std::ofstream(place(name), std::ios::binary) << bytes;
    return contentId(place(name));
}

/// A long file that takes no room on the disk.
fs::path longFile(const std::string& name) {
    std::ofstream(place(name), std::ios::binary) << "head";
    fs::resize_file(place(name), kLong);
    return place(name);
}

/// Changes one byte in place and sets the time of modification back, as careful tag editors do.
void edit(const fs::path& file, std::int64_t at) {
    struct stat before = {};
    REQUIRE(::stat(file.c_str(), &before) == 0);
    std::fstream bytes(file, std::ios::binary | std::ios::in | std::ios::out);
    bytes.seekp(at);
    bytes.put('x');
    bytes.close();
    const timespec times[2] = {before.st_atim, before.st_mtim};
    REQUIRE(::utimensat(AT_FDCWD, file.c_str(), times, 0) == 0);
}

}  // namespace

TEST_CASE("a file is told by its content, not by its name") {
    const std::size_t size = GENERATE(0, 1, 400'000, 1 << 20, 5'000'000);
    const std::string bytes(size, 'a');
    const std::string id = idOf("first", bytes);
    CHECK(id.starts_with("2-"));
    CHECK(id.size() == 34);
    CHECK(idOf("copy", bytes) == id);
    CHECK(exactContentId(place("copy")) == id);
    CHECK(idOf("longer", bytes + 'a') != id);
}

TEST_CASE("any byte of a file of some megabytes counts") {
    const std::string bytes(5'000'000, 'a');
    const std::string id = idOf("whole", bytes);
    // Also where a fingerprint of samples would look past it.
    for (const std::size_t at : {0, 1'000, 16'385, 70'000, 2'345'678, 4'900'000, 4'999'999}) {
        CAPTURE(at);
        std::string changed = bytes;
        changed[at] = 'b';
        CHECK(idOf("changed", changed) != id);
    }
}

TEST_CASE("two files equal in length and in evenly spread pieces are two files") {
    // What a fingerprint of 64 pieces of 16 KiB takes for one: all between the pieces differs.
    std::string first(8 << 20, 'a'), second = first;
    const std::size_t step = (first.size() - 16384) / 63;
    for (std::size_t piece = 0; piece < 63; ++piece) {
        second.replace(piece * step + 16384, step - 16384, step - 16384, 'b');
    }
    CHECK(idOf("twin-a", first) != idOf("twin-b", second));
}

TEST_CASE("an edit in place of a long file is noticed wherever it is") {
    const fs::path file = longFile("edited");
    const std::int64_t at = GENERATE(as<std::int64_t>(), 0, 5, 1'100'000, 1'200'000, 30'000'000,
                                     kLong / 2, kLong - 2'000'000, kLong - 1);
    CAPTURE(at);
    const std::string before = exactContentId(file);
    CHECK(exactContentId(file) == before);
    edit(file, at);
    CHECK(exactContentId(file) != before);
}

TEST_CASE("a long file is found again after it was moved") {
    const fs::path file = longFile("moved");
    const std::string id = contentId(file);
    edit(file, 0);
    CHECK(contentId(file) != id);  // both ends are read
    const std::string edited = contentId(file);
    fs::rename(file, place("elsewhere"));
    CHECK(contentId(place("elsewhere")) == edited);
    fs::remove(place("copied"));
    fs::copy_file(place("elsewhere"), place("copied"));
    CHECK(contentId(place("copied")) == edited);
    CHECK(exactContentId(place("copied")) != exactContentId(place("elsewhere")));
}

TEST_CASE("a file that cannot be read has no identity") {
    for (const fs::path& file : {place("absent"), fs::path(REELQUERY_TEST_DIR)}) {
        CHECK(contentId(file).empty());
        CHECK(exactContentId(file).empty());
        CHECK_FALSE(fileStamp(file));
    }
}

TEST_CASE("what was worked out of a file is remembered while its stamp is old and stays") {
    StampMemo memo;
    int worked = 0;
    const auto get = [&](const FileStamp& stamp) {
        return memo.get(stamp, [&] { return std::to_string(++worked); });
    };
    FileStamp old;
    old.inode = 7;
    CHECK(get(old) == "1");
    CHECK(get(old) == "1");
    FileStamp touched = old;
    touched.changedNs = 5;
    CHECK(get(touched) == "2");
    CHECK(get(old) == "1");

    // A file written just now may change once more within the same tick of its clock.
    std::ofstream(place("fresh")) << "fresh";
    const auto fresh = fileStamp(place("fresh"));
    REQUIRE(fresh);
    CHECK_FALSE(isSettled(*fresh));
    CHECK(get(*fresh) == "3");
    CHECK(get(*fresh) == "4");
}
