#include "app/serve/server_key.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string_view>
#include <system_error>

#include "core/base/error.h"
#include "core/base/user_folder.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kShortestKey = 8, kLongestKey = 512;

std::string newKey() {
    std::array<unsigned char, 32> random = {};
    if (::getrandom(random.data(), random.size(), 0) != ssize_t{random.size()}) {
        throw Error(ErrorCode::kInternal, "the system gives no random numbers");
    }
    std::string key = "rq-";
    for (const unsigned char byte : random) {
        key += "0123456789abcdef"[byte >> 4];
        key += "0123456789abcdef"[byte & 15];
    }
    return key;
}

[[noreturn]] void refuseFile(const fs::path& file, const std::string& why) {
    throw Error(ErrorCode::kUsage, "the key file " + file.string() + " " + why,
                "mend it, or remove it: a new key is made");
}

}  // namespace

std::string keptKey(const fs::path& file) {
    std::error_code ignored;
    fs::create_directories(file.parent_path(), ignored);
    if (const int made = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        made >= 0) {
        const std::string line = newKey() + "\n";
        const bool isWritten = ::write(made, line.data(), line.size()) == std::ssize(line);
        ::close(made);
        if (!isWritten) {
            fs::remove(file, ignored);
            refuseFile(file, "cannot be written");
        }
    }
    const int kept = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (kept < 0) refuseFile(file, "cannot be read");
    struct stat status = {};
    std::array<char, kLongestKey + 2> text;
    const bool isKnown = ::fstat(kept, &status) == 0;
    const ssize_t bytes = ::read(kept, text.data(), text.size());
    ::close(kept);
    if (!isKnown || bytes < 0) refuseFile(file, "cannot be read");
    if ((status.st_mode & 077) != 0) refuseFile(file, "can be read by others (chmod 600 it)");
    std::string key(text.data(), static_cast<std::size_t>(bytes));
    key.resize(std::min(key.find('\n'), key.size()));
    return checkedKey(key);
}

fs::path defaultKeyFile() {
    const fs::path folder = userFolder("XDG_CONFIG_HOME", ".config");
    if (folder.empty()) {
        throw Error(ErrorCode::kUsage, "there is no home folder to keep the key in", "give --key");
    }
    return folder / "reelquery" / "serve.key";
}

std::string checkedKey(const std::string& key) {
    const bool isOrdinary = key.find_first_not_of(
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789-._~+/=") == std::string::npos;
    if (key.size() < kShortestKey || key.size() > kLongestKey || !isOrdinary) {
        throw Error(ErrorCode::kUsage,
                    "the key must have 8 to 512 letters, digits or signs of -._~+/=");
    }
    return key;
}

bool equalKeys(const std::string& given, const std::string& wanted) {
    unsigned difference = given.size() == wanted.size() ? 0 : 1;
    for (std::size_t at = 0; at < wanted.size(); ++at) {
        const unsigned char other = at < given.size() ? static_cast<unsigned char>(given[at]) : 0;
        difference |= static_cast<unsigned>(other ^ static_cast<unsigned char>(wanted[at]));
    }
    return difference == 0;
}

}  // namespace reelquery
