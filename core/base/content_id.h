#pragma once
// Tells a file by what is in it, wherever it lies and whenever it was written.

#include <filesystem>
#include <string>

#include "core/base/cancel.h"

namespace reelquery {

/// 32 hexadecimal digits from the size and 64 evenly spread pieces of 16 KiB, start and end among
/// them: quick for any length, all of a file up to 1 MiB. Empty where the file cannot be read.
/// Thread: any. Errors: kCancelled, polled per piece.
std::string contentId(const std::filesystem::path& file, const CancelToken& cancel = {});

}  // namespace reelquery
