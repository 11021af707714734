#include "vision/video/file_checks.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>
#include <system_error>

#include "core/base/error.h"

namespace reelquery {
namespace {

[[noreturn]] void refuse(std::string message, std::string hint = {}) {
    throw Error(ErrorCode::kVideo, std::move(message), std::move(hint));
}

}  // namespace

std::string shownName(const std::filesystem::path& path) {
    constexpr std::size_t kLongest = 120;
    std::string name = path.filename().string();
    if (name.empty()) name = path.string();
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    if (name.size() <= kLongest) return name;
    std::size_t keep = kLongest;
    while (keep > 0 && (static_cast<unsigned char>(name[keep]) & 0xc0) == 0x80) --keep;
    return name.substr(0, keep) + "...";  // never cuts a UTF-8 character
}

void checkReadableFile(const std::filesystem::path& path) {
    const std::string name = shownName(path);
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (error == std::errc::filename_too_long) {
        refuse("the name of the video is too long for this system: " + name,
               "rename it or move it to a shorter path");
    }
    if (error == std::errc::permission_denied) {
        refuse("no permission to look into the folder of " + name,
               "check the folder's access rights");
    }
    if (status.type() == std::filesystem::file_type::not_found) {
        if (path.string().find("://") != std::string::npos) {
            refuse(name + " is an address; only files on this machine are opened",
                   "download it first");
        }
        refuse("there is no file " + name, "check the path");
    }
    if (error) refuse("cannot look at " + name + ": " + error.message());
    if (std::filesystem::is_directory(status)) {
        refuse(name + " is a folder, not a video", "choose a file inside it");
    }
    if (!std::filesystem::is_regular_file(status)) {
        refuse(name + " is not a regular file", "save the video to a file first");
    }
    if (!std::ifstream(path, std::ios::binary)) {
        refuse("no permission to read " + name, "check the file's access rights");
    }
    if (std::filesystem::file_size(path, error) == 0 && !error) {
        refuse(name + " is empty (0 bytes)", "copy or download it again");
    }
}

bool looksLikeMp4(const std::filesystem::path& path) {
    using namespace std::string_view_literals;
    constexpr std::array kFirstBoxes = {"ftyp"sv, "moov"sv, "mdat"sv, "wide"sv, "free"sv, "skip"sv};
    std::array<char, 8> head{};
    std::ifstream file(path, std::ios::binary);
    if (!file.read(head.data(), head.size())) return false;
    const std::string_view box(head.data() + 4, 4);
    return std::find(kFirstBoxes.begin(), kFirstBoxes.end(), box) != kFirstBoxes.end();
}

}  // namespace reelquery
