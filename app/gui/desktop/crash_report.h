#pragma once
// What a crash leaves behind.

#include <string>

namespace reelquery {

/// From here on a signal that ends the program because of a fault of its own (SIGSEGV and the like)
/// first writes its name and the functions on the stack into `file`; then it ends as it would have.
/// Empty: as the system does. Thread: main.
void writeCrashReportsTo(const std::string& file);

}  // namespace reelquery
