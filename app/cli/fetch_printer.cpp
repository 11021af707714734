#include "app/cli/fetch_printer.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>

#include "app/cli/exit_codes.h"
#include "app/cli/interrupt.h"
#include "app/cli/report_format.h"
#include "core/base/error.h"

namespace reelquery {

namespace {

/// Sets the stop of a token once Ctrl-C came.
class StopOnInterrupt {
  public:
    StopOnInterrupt()
        : watcher_([this](const std::stop_token& quit) {
              constexpr auto kLook = std::chrono::milliseconds(50);
              while (!quit.stop_requested() && !interruptRequested())
                  std::this_thread::sleep_for(kLook);
              stop_.request_stop();
          }) {}

    std::stop_token token() const { return stop_.get_token(); }

  private:
    std::stop_source stop_;
    std::jthread watcher_;  // last: uses the other
};

}  // namespace

int untilInterrupted(const std::function<int(const std::stop_token&)>& fetch) {
    watchInterrupts();
    const StopOnInterrupt stop;
    try {
        return fetch(stop.token());
    } catch (const Error& error) {
        if (error.code() != ErrorCode::kCancelled) throw;
        std::fputs("stopped; the same command goes on from here\n", stderr);
        return kExitCancelled;
    }
}

FetchPrinter::FetchPrinter(bool isQuiet)
    : isQuiet_(isQuiet), isTerminal_(::isatty(STDERR_FILENO)) {}

FetchPrinter::~FetchPrinter() {
    if (isTerminal_ && last_ >= 0) std::fputc('\n', stderr);
}

void FetchPrinter::show(const FetchProgress& progress) {
    if (isQuiet_ || progress.totalBytes <= 0) return;
    const int steps = isTerminal_ ? 1000 : 10;
    const int now = static_cast<int>(static_cast<double>(progress.doneBytes) /
                                     static_cast<double>(progress.totalBytes) * steps);
    if (now == last_) return;
    last_ = now;
    std::fprintf(stderr, isTerminal_ ? "\r\033[K%s of %s  %s" : "%s of %s  %s\n",
                 formatBytes(progress.doneBytes).c_str(), formatBytes(progress.totalBytes).c_str(),
                 progress.file.c_str());
    std::fflush(stderr);
}

}  // namespace reelquery
