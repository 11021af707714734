#include "core/device/host_memory.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace reelquery {

namespace {

/// The number after `key` in a "/proc" file of "Key:  123 kB" lines, in bytes; -1 where absent.
std::int64_t procBytes(const char* file, const std::string& key) {
    std::ifstream in(file);
    for (std::string word; in >> word;) {
        std::int64_t kib = 0;
        if (word == key && in >> kib) return kib * 1024;
    }
    return -1;
}

/// A single number in a file; -1 where it is absent or the word "max".
std::int64_t numberIn(const char* file) {
    std::ifstream in(file);
    std::int64_t value = 0;
    return in >> value ? value : -1;
}

}  // namespace

std::int64_t availableMemoryBytes() {
    std::int64_t available = std::max<std::int64_t>(procBytes("/proc/meminfo", "MemAvailable:"), 0);
    const std::int64_t limit = numberIn("/sys/fs/cgroup/memory.max");
    const std::int64_t used = numberIn("/sys/fs/cgroup/memory.current");
    if (limit >= 0 && used >= 0)
        available = std::min(available, std::max<std::int64_t>(limit - used, 0));
    return available;
}

bool resetPeakMemory() {
    std::ofstream out("/proc/self/clear_refs");
    out << '5';  // resets VmHWM, see proc(5)
    return static_cast<bool>(out.flush());
}

std::int64_t peakMemoryBytes() {
    return std::max<std::int64_t>(procBytes("/proc/self/status", "VmHWM:"), 0);
}

std::int64_t residentMemoryBytes() {
    return std::max<std::int64_t>(procBytes("/proc/self/status", "VmRSS:"), 0);
}

}  // namespace reelquery
