#include "core/base/file_stamp.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>

#include "core/base/fingerprint.h"

namespace reelquery {

namespace {

std::int64_t nanoseconds(const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

std::optional<FileStamp> fileStamp(const std::filesystem::path& file) {
    struct stat status = {};
    if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    return FileStamp{status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_mtim),
                     nanoseconds(status.st_ctim)};
}

void addStamp(Fingerprint& print, const FileStamp& stamp) {
    print.add(stamp.device);
    print.add(stamp.inode);
    print.add(stamp.bytes);
    print.add(stamp.modifiedNs);
    print.add(stamp.changedNs);
}

bool isSettled(const FileStamp& stamp) {
    using namespace std::chrono;
    constexpr std::int64_t kLongEnoughNs = 2'000'000'000;  // FAT counts in two seconds
    const std::int64_t nowNs =
        duration_cast<std::chrono::nanoseconds>(system_clock::now().time_since_epoch()).count();
    return std::max(stamp.modifiedNs, stamp.changedNs) + kLongEnoughNs < nowNs;
}

}  // namespace reelquery
