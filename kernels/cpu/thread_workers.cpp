#include "kernels/cpu/thread_workers.h"

namespace reelquery::kernels {

ThreadWorkers::ThreadWorkers(int count) {
    try {
        for (int worker = 1; worker < count; ++worker)
            threads_.emplace_back([this, worker] { serve(worker); });
    } catch (...) {
        quit();  // the system gave no more threads: those that there are would wait for ever
        throw;
    }
}

ThreadWorkers::~ThreadWorkers() {
    quit();
}

void ThreadWorkers::quit() {
    {
        const std::lock_guard lock(mutex_);
        quit_ = true;
    }
    wake_.notify_all();
}

void ThreadWorkers::run(const std::function<void(int)>& work) {
    {
        const std::lock_guard lock(mutex_);
        work_ = &work;
        ++round_;
        running_ = static_cast<int>(threads_.size());
    }
    wake_.notify_all();
    work(0);
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return running_ == 0; });
}

void ThreadWorkers::serve(int worker) {
    std::uint64_t served = 0;
    for (;;) {
        const std::function<void(int)>* work = nullptr;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [&] { return quit_ || round_ != served; });
            if (quit_) return;
            served = round_;
            work = work_;
        }
        (*work)(worker);
        const std::lock_guard lock(mutex_);
        if (--running_ == 0) done_.notify_one();
    }
}

}  // namespace reelquery::kernels
