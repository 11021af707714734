#pragma once
// A folder that behaves as if its disk were full, read-only or did not answer, for this process.

#include <string>

namespace reelquery {

enum class DiskFault { kNone, kFull, kReadOnly, kHang };

/// Files whose path begins like this fail to be written from now on, as the kernel would say it, or
/// calls for them do not return (kHang: stat, open, pwrite); kNone ends it. One path at a time. The
/// test program must export its symbols (ENABLE_EXPORTS): the calls of the database library come
/// here first. Thread: any.
void setDiskFault(const std::string& path, DiskFault fault);

}  // namespace reelquery
