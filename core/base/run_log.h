#pragma once
// What the program did, for whoever has to find a fault: lines in a file that never grows large.
// Nothing of this leaves the machine, and neither questions nor answers are ever written.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace reelquery {

enum class LogLevel {
    kDetail,  ///< for --verbose only
    kInfo,
    kWarning,
    kError
};

/// A file above this size becomes "<file>.1", in place of the one before: no more than two are
/// kept.
inline constexpr std::int64_t kMostLogBytes = std::int64_t{1} << 20;

/// How the log of this process is kept.
struct LogSetup {
    std::filesystem::path file;  ///< its folder is made at the first line; empty: none is written
    LogLevel least = LogLevel::kInfo;  ///< of the file
    bool isVerbose = false;  ///< every line also to standard error, and details to the file
    std::int64_t mostBytes = kMostLogBytes;
};

/// $XDG_STATE_HOME/reelquery/reelquery.log (~/.local/state); empty where there is no home. Thread:
/// main.
std::filesystem::path defaultLogFile();

/// From here on lines are kept like this. Thread: main, before others write.
void setUpLog(LogSetup setup);

/// The file that is written; empty where none is.
std::filesystem::path logFile();

/// Writes a line: the time in UTC, the process, the level, `area` (one word) and the text, in which
/// a line break becomes a space. What the disk does not take is dropped. Thread: any.
void writeLog(LogLevel level, std::string_view area, std::string_view text);

/// The latest warnings and errors of this process as they were written, oldest first; at most 20.
/// Thread: any.
std::vector<std::string> latestProblems();

}  // namespace reelquery
