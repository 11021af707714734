#pragma once
// What a command that fetches says while it does, and how it is stopped.

#include <functional>
#include <stop_token>

#include "core/fetch/model_fetch.h"

namespace reelquery {

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

/// What `fetch` returns; where the user stopped it, says that it can be gone on with and returns
/// kExitCancelled. Errors: those of `fetch`. Thread: main.
int untilInterrupted(const std::function<int(const std::stop_token&)>& fetch);

}  // namespace reelquery
