#pragma once
// A thread that runs jobs one at a time, in order.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace reelquery {

/// Jobs must not throw. Those that wait when the queue is destroyed run still: each finds its own
/// stop flag set and ends its request. Synchronised by mutex_.
class JobQueue {
  public:
    using Job = std::function<void()>;

    /// first: runs before any job.
    explicit JobQueue(std::function<void()> first = {});

    /// Waits for all jobs to end; whoever wants that soon stops them before.
    ~JobQueue() = default;

    /// Thread: any.
    void push(Job job);

  private:
    void run(const std::stop_token& quit);

    std::mutex mutex_;
    std::condition_variable_any jobOrQuit_;
    std::deque<Job> waiting_;  // guarded by mutex_
    std::jthread thread_;      // last: starts when all else exists, joins before it goes
};

}  // namespace reelquery
