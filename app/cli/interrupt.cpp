#include "app/cli/interrupt.h"

#include <csignal>

namespace reelquery {

namespace {

volatile std::sig_atomic_t interrupted = 0;

extern "C" void noteInterrupt(int) {
    interrupted = 1;
}

}  // namespace

void watchInterrupts() {
    std::signal(SIGINT, noteInterrupt);
    std::signal(SIGTERM, noteInterrupt);
}

bool interruptRequested() {
    return interrupted != 0;
}

}  // namespace reelquery
