#include "app/serve/media_door.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "app/serve/refusal.h"
#include "core/base/error.h"
#include "core/session/watch/other_files.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

// The same words whatever the reason: nobody learns which files there are.
constexpr const char* kNoSuchFile =
    "there is no such video or picture below the folders that were allowed";
constexpr const char* kList = "this is a list of other files, not a video or picture";

int hexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Whether `path` is `folder` or lies in it; both real.
bool liesIn(const fs::path& path, const fs::path& folder) {
    const auto [inFolder, inPath] =
        std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
    return inFolder == folder.end() && inPath != path.end();
}

bool isOrdinaryFile(int descriptor) {
    struct stat status = {};
    struct statfs system = {};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return false;
    if (::fstatfs(descriptor, &system) != 0) return false;
    return system.f_type != PROC_SUPER_MAGIC && system.f_type != SYSFS_MAGIC;
}

OpenMedia inMemory(const std::string& bytes) {
    OpenMedia media(::memfd_create("carried", MFD_CLOEXEC));
    std::size_t done = 0;
    while (media.descriptor() >= 0 && done < bytes.size()) {
        const ssize_t count = ::write(media.descriptor(), bytes.data() + done, bytes.size() - done);
        if (count <= 0) break;
        done += static_cast<std::size_t>(count);
    }
    if (done < bytes.size() || bytes.empty()) {
        throw Refusal(bytes.empty() ? 400 : 503, bytes.empty()
                                                     ? "the data URL is empty"
                                                     : "there is no memory for what was carried");
    }
    return media;
}

OpenMedia openData(const std::string& url) {
    const std::string_view all(url);
    const std::size_t comma = std::min(all.find(','), all.size());
    const std::string_view kind = all.substr(5, comma - 5);  // behind "data:"
    const bool isMedia = kind.substr(0, 6) == "video/" || kind.substr(0, 6) == "image/";
    if (!isMedia || comma == all.size()) {
        throw Refusal(400, "a data URL must be of a video or an image");
    }
    if (kind.size() < 7 || kind.substr(kind.size() - 7) != ";base64") {
        throw Refusal(400, "a data URL must be in base64");
    }
    const std::string_view data = all.substr(comma + 1);
    if (data.find(',') != std::string_view::npos) {
        throw Refusal(400, "a list of frames is data:video/jpeg;base64,FRAME,FRAME");
    }
    OpenMedia media = inMemory(decodedBase64(data, kMostCarriedBytes));
    if (namesOthers(media.path())) throw Refusal(400, kList);
    return media;
}

}  // namespace

OpenMedia::~OpenMedia() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

OpenMedia::OpenMedia(OpenMedia&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

OpenMedia& OpenMedia::operator=(OpenMedia&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

fs::path OpenMedia::path() const {
    return "/proc/self/fd/" + std::to_string(descriptor_);
}

MediaDoor::MediaDoor(const std::vector<fs::path>& allowed, std::string howToAllow)
    : howToAllow_(std::move(howToAllow)) {
    for (const fs::path& folder : allowed) {
        std::error_code failed;
        fs::path real = fs::canonical(folder, failed);
        if (failed || !fs::is_directory(real, failed)) {
            throw Error(ErrorCode::kUsage, folder.string() + " is not a folder",
                        "name a folder whose videos other programs may ask about");
        }
        if (real == real.root_path()) {
            throw Error(ErrorCode::kUsage, "the whole machine is too much to allow",
                        "name a folder whose videos other programs may ask about");
        }
        folders_.push_back(std::move(real));
    }
}

OpenMedia MediaDoor::open(const std::string& url, bool isPath) const {
    if (url.compare(0, 5, "data:") == 0) return openData(url);
    if (url.compare(0, 5, "file:") == 0) return openFile(pathOfFileUrl(url));
    if (isPath && url.find('\0') == std::string::npos && fs::path(url).is_absolute()) {
        return openFile(url);
    }
    if (url.find("://") != std::string::npos) {
        throw Refusal(400, "nothing is fetched from the network; use file:// or data:");
    }
    throw Refusal(400, isPath ? "a video is named by its absolute path or a file:// URL"
                              : "a URL must begin with file:// or data:");
}

bool MediaDoor::isBelow(const fs::path& real) const {
    return std::any_of(folders_.begin(), folders_.end(),
                       [&](const fs::path& folder) { return liesIn(real, folder); });
}

OpenMedia MediaDoor::openFile(const fs::path& path) const {
    if (folders_.empty()) {
        throw Refusal(403, "no folder was allowed; " + howToAllow_);
    }
    const Refusal refusal(403, kNoSuchFile);
    std::error_code failed;
    const fs::path real = fs::canonical(path, failed);
    if (failed || !isBelow(real) || !fs::is_regular_file(real, failed)) throw refusal;
    OpenMedia media(::open(real.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (media.descriptor() < 0) throw refusal;
    const fs::path opened = fs::read_symlink(media.path(), failed);  // see Note [Which file it is]
    if (failed || !isBelow(opened) || !isOrdinaryFile(media.descriptor())) throw refusal;
    if (namesOthers(media.path())) throw Refusal(400, kList);
    return media;
}

std::string pathOfFileUrl(const std::string& url) {
    std::string_view rest = std::string_view(url).substr(5);  // behind "file:"
    if (rest.substr(0, 2) == "//") rest.remove_prefix(2);
    constexpr std::string_view kHere = "localhost/";
    if (rest.substr(0, kHere.size()) == kHere) rest.remove_prefix(kHere.size() - 1);
    if (rest.empty() || rest[0] != '/' || rest.substr(0, 2) == "//") {
        throw Refusal(400, "a file URL is file:///folder/name, on this machine");
    }
    std::string path;
    for (std::size_t at = 0; at < rest.size(); ++at) {
        char c = rest[at];
        if (c == '?' || c == '#') {
            throw Refusal(400, "a file URL has no query; write ? as %3F and # as %23");
        }
        if (c == '%') {
            const int high = at + 1 < rest.size() ? hexDigit(rest[at + 1]) : -1;
            const int low = at + 2 < rest.size() ? hexDigit(rest[at + 2]) : -1;
            if (high < 0 || low < 0) throw Refusal(400, "a file URL has a broken % escape");
            c = static_cast<char>(high * 16 + low);
            at += 2;
        }
        if (c == '\0') throw Refusal(400, "a file URL has a zero byte");
        path += c;
    }
    for (const fs::path& part : fs::path(path))
        if (part == "..") throw Refusal(400, "a file URL must not go up with ..");
    return path;
}

std::string decodedBase64(std::string_view text, std::size_t most) {
    const Refusal broken(400, "the base64 of a data URL is broken");
    if (text.size() % 4 != 0) throw broken;
    if (text.size() / 4 * 3 > most + 2) {
        throw Refusal(413, "a carried video or picture is larger than " +
                               std::to_string(most >> 20) + " MiB; name it with file:// instead");
    }
    static const auto kValues = [] {
        std::array<int, 256> values;
        values.fill(-1);
        constexpr std::string_view kDigits =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (std::size_t at = 0; at < kDigits.size(); ++at)
            values[static_cast<unsigned char>(kDigits[at])] = static_cast<int>(at);
        return values;
    }();
    const std::size_t padding = text.size() < 2                ? 0
                                : text[text.size() - 1] != '=' ? 0
                                : text[text.size() - 2] != '=' ? 1
                                                               : 2;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (std::size_t at = 0; at < text.size(); at += 4) {
        const bool isLast = at + 4 == text.size();
        unsigned group = 0;
        for (std::size_t digit = 0; digit < 4; ++digit) {
            const bool isPadding = isLast && digit >= 4 - padding;
            const int value = isPadding ? 0 : kValues[static_cast<unsigned char>(text[at + digit])];
            if (value < 0) throw broken;
            group = group << 6 | static_cast<unsigned>(value);
        }
        for (std::size_t byte = 0; byte < 3 - (isLast ? padding : 0); ++byte)
            bytes += static_cast<char>(group >> (16 - 8 * byte) & 0xFF);
    }
    return bytes;
}

}  // namespace reelquery
