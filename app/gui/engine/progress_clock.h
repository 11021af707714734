#pragma once
// How long a phase will still take, from the counts it reports.

#include <cstdint>
#include <optional>

#include "core/session/events.h"

namespace reelquery {

/// Fed with the counts of one request. The time comes from outside, so tests can make it up.
/// Confined to one thread.
class ProgressClock {
  public:
    struct PhaseState {
        std::int64_t done = 0, total = 0;
        int steps = 0;  ///< reports that moved the count
        double firstS = 0, lastS = 0;
        std::int64_t firstDone = 0;
    };

    static constexpr int kPhases = 5;

    void restart() { *this = {}; }

    /// Forgets this phase and those after it: they begin anew.
    void restartFrom(Phase phase);

    /// nowS: any steady clock, in seconds.
    void add(const Progress& progress, double nowS);

    const PhaseState& phase(Phase phase) const { return phases_[int(phase)]; }

    /// The latest phase that has started and not finished; empty before the first report.
    std::optional<Phase> current() const;

    /// Seconds left of a phase. Empty until three reports have moved its count, and while the
    /// total is unknown.
    std::optional<double> remainingS(Phase phase) const;

    /// Counts a second, empty where remainingS is.
    std::optional<double> rate(Phase phase) const;

  private:
    PhaseState phases_[kPhases];
};

}  // namespace reelquery
