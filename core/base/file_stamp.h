#pragma once
// Which file a path leads to and when it was changed last, as the system keeps it.

#include <compare>
#include <cstdint>
#include <filesystem>
#include <optional>

namespace reelquery {

/// Two equal stamps mean: the same file, untouched. Any write gives a file another `changedNs`,
/// also one that sets the time of modification back; so do a rename and a change of rights.
struct FileStamp {
    std::uint64_t device = 0, inode = 0;
    std::int64_t bytes = 0;
    std::int64_t modifiedNs = 0;  ///< mtime, since 1970
    std::int64_t changedNs = 0;   ///< ctime, since 1970

    auto operator<=>(const FileStamp&) const = default;
};

/// None where the path leads to no regular file. Thread: any.
std::optional<FileStamp> fileStamp(const std::filesystem::path& file);

class Fingerprint;

/// Adds all of the stamp.
void addStamp(Fingerprint& print, const FileStamp& stamp);

/// Whether the stamp can be relied on for what comes later: the clock of files ticks in
/// milliseconds, so a file written just now may change again without a new stamp.
bool isSettled(const FileStamp& stamp);

}  // namespace reelquery
