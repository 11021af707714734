#pragma once
// Hands numbered tasks to the workers, in order, as they become free.

#include <atomic>
#include <cstdint>
#include <stop_token>

#include "kernels/cpu/workers.h"

namespace reelquery::kernels {

/// Calls task(worker, n) once for every n in [0, count); small n start first, so put the longest
/// tasks first. Takes no further task once `stop` was requested.
template <class Task>
void runTasks(Workers& workers, std::int64_t count, const std::stop_token& stop, const Task& task) {
    std::atomic<std::int64_t> next{0};
    workers.run([&](int worker) {
        while (!stop.stop_requested()) {
            const std::int64_t n = next.fetch_add(1, std::memory_order_relaxed);
            if (n >= count) return;
            task(worker, n);
        }
    });
}

}  // namespace reelquery::kernels
