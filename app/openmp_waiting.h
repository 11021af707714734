#pragma once
// How OpenMP's threads wait between two loops of a model's layers.
//
// libgomp's threads wait by spinning, for so long that beside any other busy process they burn the
// time the others need: an answer took 18 times longer, and encoding beside sixteen decoding
// threads 8.4 s instead of 2.0. The only switch is a variable that libgomp reads while libraries
// load, so it has to be in the environment before the process begins.

#include <unistd.h>

#include <cstdlib>

namespace reelquery {

/// Whether the environment says how to wait, by us or by whoever started us.
inline bool isOpenmpWaitingSet() {
    return std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv("GOMP_SPINCOUNT") != nullptr;
}

/// Sets the variable for processes that begin from here on, unless the environment has one.
inline void setOpenmpWaiting() {
    // Turns of the waiting loop before a thread sleeps: a few microseconds, about what waking costs.
    if (!isOpenmpWaitingSet()) setenv("GOMP_SPINCOUNT", "2000", 0);
}

/// For a program that was started without the launcher: begins it again with the variable set.
/// Returns where that is not needed, or cannot be done (the program then runs, only slower). First
/// thing in main(), before any thread.
inline void restartUnlessOpenmpWaitingSet(char** argv) {
    if (isOpenmpWaitingSet()) return;
    setOpenmpWaiting();
    execv("/proc/self/exe", argv);
}

}  // namespace reelquery
