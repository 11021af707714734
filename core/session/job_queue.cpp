#include "core/session/job_queue.h"

#include <utility>

namespace reelquery {

JobQueue::JobQueue(std::function<void()> first)
    : thread_([this, first = std::move(first)](const std::stop_token& quit) {
          if (first) first();
          run(quit);
      }) {}

void JobQueue::push(Job job) {
    std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(job));
    jobOrQuit_.notify_one();
}

void JobQueue::run(const std::stop_token& quit) {
    for (;;) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            jobOrQuit_.wait(lock, quit, [&] { return !waiting_.empty(); });
            if (waiting_.empty()) return;
            job = std::move(waiting_.front());
            waiting_.pop_front();
        }
        job();
    }
}

}  // namespace reelquery
