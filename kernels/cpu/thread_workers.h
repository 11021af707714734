#pragma once
// Workers on threads of their own, asleep between runs.

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "kernels/cpu/workers.h"

namespace reelquery::kernels {

/// The calling thread is worker 0; the others are started once. Confined to one caller at a time.
class ThreadWorkers final : public Workers {
  public:
    /// count >= 1; starts count - 1 threads. Throws std::system_error, std::bad_alloc.
    explicit ThreadWorkers(int count);
    ~ThreadWorkers() override;

    int count() const override { return static_cast<int>(threads_.size()) + 1; }

    void run(const std::function<void(int worker)>& work) override;

  private:
    void serve(int worker);
    void quit();

    std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable done_;
    const std::function<void(int)>* work_ = nullptr;  // guarded by mutex_
    std::uint64_t round_ = 0;                         // guarded by mutex_
    int running_ = 0;                                 // guarded by mutex_
    bool quit_ = false;                               // guarded by mutex_
    std::vector<std::jthread> threads_;
};

}  // namespace reelquery::kernels
