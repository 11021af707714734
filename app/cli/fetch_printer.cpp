#include "app/cli/fetch_printer.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>

#include "app/cli/interrupt.h"
#include "app/cli/report_format.h"

namespace reelquery {

StopOnInterrupt::StopOnInterrupt()
    : watcher_([this](const std::stop_token& quit) {
          constexpr auto kLook = std::chrono::milliseconds(50);
          while (!quit.stop_requested() && !interruptRequested())
              std::this_thread::sleep_for(kLook);
          stop_.request_stop();
      }) {}

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
