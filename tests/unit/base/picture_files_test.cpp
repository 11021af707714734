// Pictures as files: their order in a folder, what their headers say, and several in one file.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/base/content_id.h"
#include "core/base/picture_folder.h"
#include "core/base/picture_header.h"
#include "core/base/picture_pack.h"

using namespace reelquery;

namespace {

namespace fs = std::filesystem;

fs::path freshFolder(const std::string& name) {
    const fs::path folder = fs::path(REELQUERY_TEST_DIR) / name;
    fs::remove_all(folder);
    fs::create_directories(folder);
    return folder;
}

void writeFile(const fs::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
}

/// A JPEG's head: SOI, a segment of `filler` bytes that holds a thumbnail's size, then the frame's.
std::string jpegHead(int width, int height, std::size_t filler) {
    const auto number = [](std::size_t value) {
        return std::string{static_cast<char>(value >> 8), static_cast<char>(value & 255)};
    };
    std::string thumbnail = "\xff\xc0";
    thumbnail.resize(filler, 'x');
    return "\xff\xd8\xff\xe1" + number(filler + 2) + thumbnail + "\xff\xff\xc2" + number(11) +
           "\x08" + number(static_cast<std::size_t>(height)) +
           number(static_cast<std::size_t>(width)) + "\x01";
}

}  // namespace

TEST_CASE("pictures of a folder come in natural order") {
    const fs::path folder = freshFolder("natural order");
    for (const char* name : {"b10.png", "b2.png", "B1.PNG", "a.jpeg", "b02.png", "notes.txt",
                             ".b3.png", "film.mp4", "c.webp"})
        writeFile(folder / name, "x");
    fs::create_directories(folder / "d.png");
    std::vector<std::string> names;
    for (const fs::path& file : picturesIn(folder)) names.push_back(file.filename().string());
    CHECK(names ==
          std::vector<std::string>{"a.jpeg", "B1.PNG", "b02.png", "b2.png", "b10.png", "c.webp"});
    CHECK(picturesIn(folder / "a.jpeg").empty());
    CHECK(picturesIn(folder / "nowhere").empty());
    CHECK(comesNaturallyBefore("x99999999999999999999999", "x100000000000000000000000"));
    CHECK_FALSE(comesNaturallyBefore("x1", "x1"));
}

TEST_CASE("a folder's pictures have ids") {
    const fs::path folder = freshFolder("ids");
    CHECK(contentId(folder).empty());
    CHECK(exactContentId(folder).empty());
    writeFile(folder / "1.png", "one");
    writeFile(folder / "notes.txt", "not a picture");
    const std::string id = contentId(folder), exact = exactContentId(folder);
    CHECK_FALSE(id.empty());
    CHECK(id != exact);
    writeFile(folder / "notes.txt", "still none, and longer");
    CHECK(exactContentId(folder) == exact);
    writeFile(folder / "2.png", "two");
    CHECK(contentId(folder) != id);
    const fs::path moved = freshFolder("moved ids");
    fs::copy(folder, moved, fs::copy_options::recursive);
    CHECK(contentId(moved) == contentId(folder));
    CHECK(exactContentId(moved) != exactContentId(folder));
}

TEST_CASE("a header tells a picture's kind and size") {
    const auto jpeg = readPictureHeader(std::string_view(jpegHead(640, 480, 500)));
    REQUIRE(jpeg);
    CHECK(jpeg->kind == PictureKind::kJpeg);
    CHECK((jpeg->width == 640 && jpeg->height == 480));
    using namespace std::string_literals;
    const std::string png = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\0\x02\x08\x02\0\0\0...."s;
    const auto header = readPictureHeader(std::string_view(png));
    REQUIRE(header);
    CHECK((header->kind == PictureKind::kPng && header->width == 256 && header->height == 2));
    const std::string webp =
        "RIFF\x40\0\0\0WEBPVP8 \x30\0\0\0\x10\0\0\x9d\x01\x2a\x80\x01\x20\x41....."s;
    const auto lossy = readPictureHeader(std::string_view(webp));
    REQUIRE(lossy);
    CHECK((lossy->kind == PictureKind::kWebp && lossy->width == 384 && lossy->height == 0x120));
    for (std::size_t cut = 0; cut < 24; ++cut) {
        CHECK_FALSE(readPictureHeader(std::string_view(png).substr(0, cut)));
        CHECK_FALSE(readPictureHeader(std::string_view(webp).substr(0, cut)));
    }
    const std::string whole = jpegHead(640, 480, 500);
    for (const std::size_t cut : {2UL, 4UL, 30UL, 506UL, 510UL})
        CHECK_FALSE(readPictureHeader(std::string_view(whole).substr(0, cut)));
    CHECK_FALSE(readPictureHeader(std::string_view(jpegHead(0, 480, 500))));
    CHECK_FALSE(readPictureHeader(std::string_view("<svg xmlns='http://www.w3.org/2000/svg'/>")));
    CHECK_FALSE(readPictureHeader(fs::path("/nowhere/1.png")));
}

TEST_CASE("a pack gives back what was written, or nothing") {
    const fs::path file = freshFolder("pack") / "pictures";
    const auto write = [&](double fps, const std::vector<double>& times) {
        const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        PicturePackWriter writer(descriptor, fps);
        for (const double time : times)
            writer.add(time, time == 2, std::string(3, 'a'), time == 2 ? "next:" : "");
        CHECK(writer.isWhole());
        ::close(descriptor);
    };
    write(1.5, {0, 2});
    const auto pack = readPicturePack(file);
    REQUIRE(pack);
    CHECK(pack->fps == 1.5);
    REQUIRE(pack->pictures.size() == 2);
    CHECK(pack->pictures[1].timeS == 2);
    CHECK((!pack->pictures[0].isAlone && pack->pictures[1].isAlone));
    CHECK(pack->pictures[1].bytes == 3);
    CHECK((pack->pictures[0].wordsBefore.empty() && pack->pictures[1].wordsBefore == "next:"));
    CHECK(pack->pictures[1].at + 3 == static_cast<std::int64_t>(fs::file_size(file)));
    const std::uintmax_t whole = fs::file_size(file);
    for (const std::uintmax_t cut :
         {std::uintmax_t{1}, std::uintmax_t{3}, std::uintmax_t{6}, std::uintmax_t{20}}) {
        fs::resize_file(file, whole - cut);
        CHECK_FALSE(readPicturePack(file));
    }
    write(0, {});
    REQUIRE(readPicturePack(file));
    CHECK(readPicturePack(file)->pictures.empty());
    for (const double bad : {-1.0, std::nan(""), 1e300}) {
        write(0, {bad});
        CHECK_FALSE(readPicturePack(file));
        write(bad, {1});
        CHECK_FALSE(readPicturePack(file));
    }
    CHECK_FALSE(readPicturePack("/nowhere"));
    CHECK_FALSE(PicturePackWriter(-1, 0).isWhole());
}
