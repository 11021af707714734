#pragma once
// A folder that behaves as if its disk were full or read-only, for this process.

#include <string>

namespace reelquery {

enum class DiskFault { kNone, kFull, kReadOnly };

/// Files below this folder fail to be written from now on, as the kernel would say it; kNone ends
/// it. One folder at a time. The test program must export its symbols (ENABLE_EXPORTS): the calls
/// of the database library come here first. Thread: any.
void setDiskFault(const std::string& folder, DiskFault fault);

}  // namespace reelquery
