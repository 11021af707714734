#pragma once
// Progress bars on a terminal; nothing at all in a pipe.

#include <chrono>
#include <string>

#include "core/session/events.h"

namespace reelquery {

inline constexpr int kBarCells = 24;
inline constexpr double kEtaAfterS = 1.0;  // earlier guesses jump about

/// Draws the current phase on one line of stderr, at most 20 times a second.
/// Confined to the thread that owns it.
class TerminalProgress {
  public:
    /// Silent when stderr is not a terminal or `quiet`.
    explicit TerminalProgress(bool quiet);
    ~TerminalProgress();
    TerminalProgress(const TerminalProgress&) = delete;
    TerminalProgress& operator=(const TerminalProgress&) = delete;

    void show(const Progress& progress);
    void show(const HeardTo& heard);
    void show(const ScannedTo& scanned);

    /// Removes the line, so that other output starts on a clean one.
    void clear();

  private:
    using Clock = std::chrono::steady_clock;

    /// name: of the phase; the same for as long as it lasts.
    void draw(const std::string& name, const char* unit, std::int64_t done, std::int64_t total);

    const bool enabled_;
    bool drawn_ = false;
    std::string phase_;
    Clock::time_point phaseStart_{};
    Clock::time_point lastDraw_{};
};

}  // namespace reelquery
