#include <atomic>
#include <catch2/catch.hpp>
#include <set>
#include <vector>

#include "kernels/cpu/task_queue.h"
#include "kernels/cpu/thread_workers.h"
#include "kernels/cpu/workspace.h"

namespace reelquery::kernels::test {

TEST_CASE("workers call every index once a run, run after run") {
    const int count = GENERATE(1, 2, 5);
    ThreadWorkers workers(count);
    CHECK(workers.count() == count);
    for (int round = 0; round < 50; ++round) {
        std::vector<int> calls(static_cast<std::size_t>(count), 0);
        workers.run([&](int worker) { ++calls[static_cast<std::size_t>(worker)]; });
        CHECK(calls == std::vector<int>(static_cast<std::size_t>(count), 1));
    }
}

TEST_CASE("every task runs once, and none after a stop") {
    ThreadWorkers workers(4);
    std::vector<std::atomic<int>> ran(1000);
    runTasks(workers, 1000, {}, [&](int, std::int64_t n) { ++ran[static_cast<std::size_t>(n)]; });
    for (const auto& r : ran) REQUIRE(r == 1);

    std::stop_source source;
    std::atomic<int> after{0};
    runTasks(workers, 1000, source.get_token(), [&](int, std::int64_t n) {
        if (n == 10) source.request_stop();
        ++after;
    });
    CHECK(after < 1000);
}

TEST_CASE("a workspace hands out separate cache lines and keeps its memory") {
    Workspace workspace;
    workspace.reset();
    std::set<std::uintptr_t> lines;
    for (int i = 0; i < 20; ++i) {
        float* p = workspace.take<float>(100);
        CHECK(reinterpret_cast<std::uintptr_t>(p) % 64 == 0);
        for (int j = 0; j < 100; ++j) lines.insert(reinterpret_cast<std::uintptr_t>(p + j));
    }
    CHECK(lines.size() == 2000);
    workspace.reset();
    const std::size_t held = workspace.bytes();
    for (int i = 0; i < 20; ++i) workspace.take<float>(100);
    CHECK(workspace.bytes() == held);
}

}  // namespace reelquery::kernels::test
