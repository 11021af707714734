#pragma once
// What libraries below libtorch are told by the environment. They read it while they load or when
// they are first used, and setenv() is for programs with one thread: the launcher sets it.
//
// OpenMP: libgomp's threads wait between two loops of a model's layers by spinning, for so long
// that beside any other busy process they burn the time the others need: an answer took 18 times
// longer, and encoding beside sixteen decoding threads 8.4 s instead of 2.0. The only switch is a
// variable that libgomp reads while libraries load.
//
// oneDNN and PyTorch's layer over it keep what they prepared for every shape they multiplied, 1,024
// shapes each, some 250 KB a shape. Every prompt has another length: a hundred answers of the
// embedded model held 90 MB of it. 64 are more than an answer needs at once.

#include <unistd.h>

#include <cstdlib>

namespace reelquery {

/// Whether the environment says how to wait, by us or by whoever started us.
inline bool isOpenmpWaitingSet() {
    return std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv("GOMP_SPINCOUNT") != nullptr;
}

/// Sets the variables for processes that begin from here on, and for libraries that were not used
/// yet, unless the environment has them. Before any thread.
inline void setLibraryEnvironment() {
    // Turns of the waiting loop before a thread sleeps: a few microseconds, about what waking
    // costs.
    if (!isOpenmpWaitingSet()) setenv("GOMP_SPINCOUNT", "2000", 0);
    setenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "64", 0);
    setenv("LRU_CACHE_CAPACITY", "64", 0);
}

/// For a program that was started without the launcher: sets the variables and, for libgomp, begins
/// it again. Returns where that is not needed, or cannot be done (the program then runs, only
/// slower). First thing in main(), before any thread.
inline void restartUnlessOpenmpWaitingSet(char** argv) {
    const bool isSet = isOpenmpWaitingSet();
    setLibraryEnvironment();
    if (!isSet) execv("/proc/self/exe", argv);
}

}  // namespace reelquery
