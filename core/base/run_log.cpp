#include "core/base/run_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <deque>
#include <memory>
#include <mutex>
#include <system_error>
#include <utility>

#include "core/base/user_folder.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostProblems = 20;
constexpr std::size_t kLongestLine = 4096;  // an appended line this short is written whole

const char* nameOf(LogLevel level) {
    switch (level) {
        case LogLevel::kDetail:
            return "detail";
        case LogLevel::kInfo:
            return "info";
        case LogLevel::kWarning:
            return "warning";
        case LogLevel::kError:
            break;
    }
    return "error";
}

std::string timeText() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char text[32] = "";
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

/// The one log of the process.
class RunLog {
  public:
    void setUp(LogSetup setup) {
        const std::lock_guard lock(mutex_);
        close();
        setup_ = std::move(setup);
    }

    fs::path file() {
        const std::lock_guard lock(mutex_);
        return setup_.file;
    }

    void write(LogLevel level, std::string_view area, std::string_view text) {
        std::string line = timeText() + " " + std::to_string(::getpid()) + " " + nameOf(level) +
                           " " + std::string(area) + ": " + std::string(text);
        for (char& c : line)
            if (static_cast<unsigned char>(c) < 0x20) c = ' ';
        if (line.size() >= kLongestLine) line.resize(kLongestLine - 1);
        const std::lock_guard lock(mutex_);
        if (level >= LogLevel::kWarning) {
            problems_.push_back(line);
            if (problems_.size() > kMostProblems) problems_.pop_front();
        }
        line += '\n';
        if (setup_.isVerbose) std::fputs(line.c_str(), stderr);
        const LogLevel least = setup_.isVerbose ? LogLevel::kDetail : setup_.least;
        if (level >= least && !setup_.file.empty()) append(line);
    }

    std::vector<std::string> problems() {
        const std::lock_guard lock(mutex_);
        return {problems_.begin(), problems_.end()};
    }

  private:
    void append(const std::string& line) {
        if (descriptor_ < 0) open();
        if (descriptor_ < 0) return;
        const auto size = static_cast<std::int64_t>(::lseek(descriptor_, 0, SEEK_END));
        if (size > 0 && size + static_cast<std::int64_t>(line.size()) > setup_.mostBytes) {
            close();
            std::error_code ignored;
            fs::rename(setup_.file, fs::path(setup_.file) += ".1", ignored);
            open();
            if (descriptor_ < 0) return;
        }
        // Appended by one call: lines of several processes do not mix. A full disk loses a line.
        [[maybe_unused]] const ssize_t written = ::write(descriptor_, line.data(), line.size());
    }

    void open() {
        std::error_code ignored;
        fs::create_directories(setup_.file.parent_path(), ignored);
        descriptor_ = ::open(setup_.file.c_str(),
                             O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    }

    void close() {
        if (descriptor_ >= 0) ::close(descriptor_);
        descriptor_ = -1;
    }

    std::mutex mutex_;
    LogSetup setup_;
    int descriptor_ = -1;
    std::deque<std::string> problems_;
};

RunLog& log() {
    // Never destroyed: threads may write while the process ends.
    static RunLog* const kLog = std::make_unique<RunLog>().release();
    return *kLog;
}

}  // namespace

fs::path defaultLogFile() {
    const fs::path folder = userFolder("XDG_STATE_HOME", ".local/state");
    return folder.empty() ? fs::path() : folder / "reelquery" / "reelquery.log";
}

void setUpLog(LogSetup setup) {
    log().setUp(std::move(setup));
}

fs::path logFile() {
    return log().file();
}

void writeLog(LogLevel level, std::string_view area, std::string_view text) {
    log().write(level, area, text);
}

std::vector<std::string> latestProblems() {
    return log().problems();
}

}  // namespace reelquery
