#pragma once

// Ctrl-C and SIGTERM as a flag that running commands poll.

namespace reelquery {

/// From now on the two signals set the flag instead of ending the process. Thread: main.
void watchInterrupts();

/// True once a signal came.
bool interruptRequested();

}  // namespace reelquery
