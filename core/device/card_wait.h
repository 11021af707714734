#pragma once

// Waiting for a card. All require a usable one.

namespace c10 {
struct Event;
}

namespace reelquery {

/// Waits until a card has done everything asked of it, busily: for what is over in a millisecond.
void cudaFinish(int card);

/// The same for longer work: it leaves the processor to others, who decode frames meanwhile, and
/// comes back some 0.1 ms late.
void cudaFinishAsleep(int card);

/// Waits for a recorded event like cudaFinishAsleep.
void waitAsleep(const c10::Event& event);

}  // namespace reelquery
