#include "vision/video/ordered_frames.h"

#include <utility>

namespace reelquery {

OrderedFrames::OrderedFrames(std::size_t jobs, std::size_t capacity)
    : capacity_(capacity), jobs_(jobs) {}

std::optional<std::size_t> OrderedFrames::takeJob(const std::stop_token& stop) {
    const std::lock_guard lock(mutex_);
    if (stop.stop_requested() || error_ || nextToTake_ == jobs_.size()) return std::nullopt;
    return nextToTake_++;
}

bool OrderedFrames::put(std::size_t job, SampledFrame frame, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop, [&] {
        const std::size_t ahead = job == turn_ ? jobs_[job].frames.size() : buffered_;
        return ahead < capacity_ || error_;
    });
    if (stop.stop_requested() || error_) return false;
    jobs_[job].frames.push_back(std::move(frame));
    ++buffered_;
    changed_.notify_all();
    return true;
}

void OrderedFrames::finish(std::size_t job) {
    const std::lock_guard lock(mutex_);
    jobs_[job].isFinished = true;
    skipFinished();
    changed_.notify_all();
}

void OrderedFrames::fail(std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
    changed_.notify_all();
}

std::optional<SampledFrame> OrderedFrames::next(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop,
                  [&] { return error_ || turn_ == jobs_.size() || !jobs_[turn_].frames.empty(); });
    if (error_) std::rethrow_exception(error_);
    if (stop.stop_requested() || turn_ == jobs_.size()) return std::nullopt;
    SampledFrame frame = std::move(jobs_[turn_].frames.front());
    jobs_[turn_].frames.pop_front();
    --buffered_;
    skipFinished();
    changed_.notify_all();
    return frame;
}

void OrderedFrames::skipFinished() {
    while (turn_ < jobs_.size() && jobs_[turn_].isFinished && jobs_[turn_].frames.empty()) ++turn_;
}

}  // namespace reelquery
