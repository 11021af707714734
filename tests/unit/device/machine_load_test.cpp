#include "core/device/machine_load.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <thread>

using namespace reelquery;

TEST_CASE("processor time is read from the first line of /proc/stat") {
    //                               user nice system idle iowait irq softirq steal
    const auto time = parseProcessorTime("cpu  100 20 30 400 50 1 2 7 0 0\ncpu0 1 2 3\n", 100);
    REQUIRE(time);
    CHECK(time->busyS == Approx(1.6));
    CHECK(time->allS == Approx(6.1));
    CHECK_FALSE(parseProcessorTime("", 100));
    CHECK_FALSE(parseProcessorTime("cpu  100 20", 100));
    CHECK_FALSE(parseProcessorTime("intr 1 2 3 4 5 6 7 8", 100));
}

TEST_CASE("work of another process counts, work of this one does not") {
    const auto spin = [](std::chrono::milliseconds length) {
        const auto end = std::chrono::steady_clock::now() + length;
        while (std::chrono::steady_clock::now() < end) {
        }
    };
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        spin(std::chrono::seconds(20));  // ended below
        _exit(0);
    }
    const double cores = std::thread::hardware_concurrency();
    const MachineLoad besideAChild;
    spin(std::chrono::milliseconds(500));
    const double others = besideAChild.othersShare();
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    // The child had a core, or half of one where only one is free; other programs add to it.
    CHECK(others > 0.3 / cores);
    CHECK(others <= 1);
}
