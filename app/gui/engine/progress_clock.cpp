#include "app/gui/engine/progress_clock.h"

namespace reelquery {

void ProgressClock::add(const Progress& progress, double nowS) {
    PhaseState& state = phases_[int(progress.phase)];
    if (state.steps == 0) {
        state.firstS = nowS;
        state.firstDone = progress.done;
        state.steps = 1;
    } else if (progress.done > state.done) {
        ++state.steps;
    }
    state.done = progress.done;
    state.total = progress.total;
    state.lastS = nowS;
}

void ProgressClock::restartFrom(Phase phase) {
    for (int at = int(phase); at < kPhases; ++at) phases_[at] = {};
}

std::optional<Phase> ProgressClock::current() const {
    for (int at = kPhases - 1; at >= 0; --at) {
        if (phases_[at].steps > 0) return Phase(at);
    }
    return {};
}

std::optional<double> ProgressClock::rate(Phase phase) const {
    const PhaseState& state = phases_[int(phase)];
    const double elapsedS = state.lastS - state.firstS;
    if (state.steps < 3 || elapsedS <= 0) return {};
    return double(state.done - state.firstDone) / elapsedS;
}

std::optional<double> ProgressClock::remainingS(Phase phase) const {
    const PhaseState& state = phases_[int(phase)];
    const auto perS = rate(phase);
    if (!perS || *perS <= 0 || state.total <= 0) return {};
    return double(state.total - state.done) / *perS;
}

}  // namespace reelquery
