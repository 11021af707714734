#pragma once
// Puts frames that several decoders finish in any order back into time order, within bounded
// memory.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "vision/video/sampled_frame.h"

namespace reelquery {

/// Hands out jobs in order and collects their frames. Synchronised by mutex_. Many decoding threads
/// and one receiving thread. A decoder ahead of the job whose turn it is waits while `capacity`
/// frames are buffered; the one whose turn it is waits for the receiver only, never for the others,
/// so all always get on. At most twice the capacity is held.
class OrderedFrames {
  public:
    OrderedFrames(std::size_t jobs, std::size_t capacity);

    /// The next job to do; empty when all are taken, one has failed or a stop was requested.
    std::optional<std::size_t> takeJob(const std::stop_token& stop);

    /// Adds a frame of a taken job, waiting for room. Returns false, dropping it, on a stop.
    bool put(std::size_t job, SampledFrame frame, const std::stop_token& stop);

    /// All frames of the job have been put.
    void finish(std::size_t job);

    /// Ends everything with an error, which next() throws.
    void fail(std::exception_ptr error);

    /// The next frame in time order, waiting for it. Empty when all jobs are finished and emptied,
    /// or on a stop.
    std::optional<SampledFrame> next(const std::stop_token& stop);

  private:
    struct Job {
        std::deque<SampledFrame> frames;
        bool isFinished = false;
    };

    void skipFinished();

    const std::size_t capacity_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::vector<Job> jobs_;  // guarded by mutex_, like all below
    std::size_t nextToTake_ = 0;
    std::size_t turn_ = 0;  ///< the job whose frames are delivered now
    std::size_t buffered_ = 0;
    std::exception_ptr error_;
};

}  // namespace reelquery
