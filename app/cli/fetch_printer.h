#pragma once
// What a command that fetches says while it does, and how it is stopped.

#include <stop_token>
#include <thread>

#include "core/fetch/model_fetch.h"

namespace reelquery {

/// Sets the stop of a token once Ctrl-C came. Call watchInterrupts before.
class StopOnInterrupt {
  public:
    StopOnInterrupt();

    std::stop_token token() const { return stop_.get_token(); }

  private:
    std::stop_source stop_;
    std::jthread watcher_;  // last: uses the other
};

/// One line that is written over on a terminal; a line each tenth elsewhere.
class FetchPrinter {
  public:
    explicit FetchPrinter(bool isQuiet);
    ~FetchPrinter();
    FetchPrinter(const FetchPrinter&) = delete;
    FetchPrinter& operator=(const FetchPrinter&) = delete;

    void show(const FetchProgress& progress);

  private:
    const bool isQuiet_, isTerminal_;
    int last_ = -1;
};

}  // namespace reelquery
