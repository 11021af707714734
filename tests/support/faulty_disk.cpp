#include "tests/support/faulty_disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <condition_variable>
#include <cstdarg>
#include <mutex>

namespace reelquery {

namespace {

std::mutex mutex;
std::condition_variable change;
std::string faultyPath;                 // guarded by mutex
DiskFault faultNow = DiskFault::kNone;  // guarded by mutex

/// The error that writing to this path gives; 0: none. Returns once the disk answers.
int faultAt(const std::string& path) {
    std::unique_lock lock(mutex);
    change.wait(lock,
                [&path] { return faultNow != DiskFault::kHang || path.rfind(faultyPath, 0) != 0; });
    if (faultNow == DiskFault::kNone || path.rfind(faultyPath, 0) != 0) return 0;
    return faultNow == DiskFault::kFull ? ENOSPC : EROFS;
}

int faultOf(int file) {
    char path[PATH_MAX];
    const std::string link = "/proc/self/fd/" + std::to_string(file);
    const ssize_t length = readlink(link.c_str(), path, sizeof(path));
    return length > 0 ? faultAt(std::string(path, std::size_t(length))) : 0;
}

int openFile(const char* path, int flags, mode_t mode) {
    const bool isThere = access(path, F_OK) == 0;
    const bool writes = (flags & O_ACCMODE) != O_RDONLY;
    const int fault = faultAt(path);
    const bool fails = (fault == ENOSPC && !isThere && (flags & O_CREAT)) ||
                       (fault == EROFS && (writes || (!isThere && (flags & O_CREAT))));
    if (fails) {
        errno = fault;
        return -1;
    }
    return int(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

ssize_t writeAt(int file, const void* bytes, std::size_t count, off_t at) {
    if (const int fault = faultOf(file)) {
        errno = fault;
        return -1;
    }
    return syscall(SYS_pwrite64, file, bytes, count, at);
}

mode_t modeOf(int flags, va_list more) {
    return (flags & O_CREAT) != 0 ? mode_t(va_arg(more, int)) : 0;
}

}  // namespace

void setDiskFault(const std::string& path, DiskFault fault) {
    const std::lock_guard lock(mutex);
    faultyPath = path;
    faultNow = fault;
    change.notify_all();
}

}  // namespace reelquery

// In front of the C library's.
extern "C" {

int open(const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const mode_t mode = reelquery::modeOf(flags, more);
    va_end(more);
    return reelquery::openFile(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const mode_t mode = reelquery::modeOf(flags, more);
    va_end(more);
    return reelquery::openFile(path, flags | O_LARGEFILE, mode);
}

int stat(const char* path, struct stat* status) {
    reelquery::faultAt(path);
    return int(syscall(SYS_newfstatat, AT_FDCWD, path, status, 0));
}

ssize_t pwrite(int file, const void* bytes, std::size_t count, off_t at) {
    return reelquery::writeAt(file, bytes, count, at);
}

ssize_t pwrite64(int file, const void* bytes, std::size_t count, off64_t at) {
    return reelquery::writeAt(file, bytes, count, at);
}
}
