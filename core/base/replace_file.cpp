#include "core/base/replace_file.h"

#include <unistd.h>

#include <atomic>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

namespace reelquery {

namespace {

/// A name nobody else writes under: two threads may replace the same file at once.
std::filesystem::path unfinishedName(std::filesystem::path file) {
    static std::atomic<unsigned> calls = 0;
    file += "." + std::to_string(::getpid()) + "." + std::to_string(calls++) + kUnfinishedEnding;
    return file;
}

/// Removes a file that did not take its final name.
class Unfinished {
  public:
    explicit Unfinished(std::filesystem::path file) : file_(std::move(file)) {}

    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;

    ~Unfinished() {
        std::error_code ignored;
        if (!isFinished_) std::filesystem::remove(file_, ignored);
    }

    const std::filesystem::path& path() const { return file_; }

    bool finishAs(const std::filesystem::path& name) {
        std::error_code failed;
        std::filesystem::rename(file_, name, failed);
        return isFinished_ = !failed;
    }

  private:
    std::filesystem::path file_;
    bool isFinished_ = false;
};

/// The stream into a file that is not finished.
std::ofstream openFor(const Unfinished& unfinished) {
    return std::ofstream(unfinished.path(), std::ios::binary | std::ios::trunc);
}

}  // namespace

bool canReplaceFile(const std::filesystem::path& file) {
    const Unfinished unfinished(unfinishedName(file));
    return openFor(unfinished).is_open();
}

bool replaceFile(const std::filesystem::path& file,
                 const std::function<void(std::ostream&)>& write) {
    Unfinished unfinished(unfinishedName(file));
    std::ofstream out = openFor(unfinished);
    write(out);
    out.close();
    return out && unfinished.finishAs(file);
}

}  // namespace reelquery
