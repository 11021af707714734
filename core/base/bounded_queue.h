#pragma once
// A bounded queue between one producing and one consuming thread.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace reelquery {

/// Synchronised by mutex_. The producer blocks while the queue is full, the consumer while it is
/// empty.
template <class Item>
class BoundedQueue {
  public:
    explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

    /// Waits for room. Returns false, dropping the item, once the queue is closed.
    bool push(Item item) {
        std::unique_lock lock(mutex_);
        roomOrClosed_.wait(lock, [&] { return closed_ || items_.size() < capacity_; });
        if (closed_) return false;
        items_.push_back(std::move(item));
        itemOrClosed_.notify_one();
        return true;
    }

    /// Waits for an item. Empty once the queue is closed and drained.
    std::optional<Item> pop() {
        std::unique_lock lock(mutex_);
        itemOrClosed_.wait(lock, [&] { return closed_ || !items_.empty(); });
        return takeFirst();
    }

    /// The same, but empty also when `patience` ran out first.
    template <class Rep, class Period>
    std::optional<Item> popWithin(std::chrono::duration<Rep, Period> patience) {
        std::unique_lock lock(mutex_);
        itemOrClosed_.wait_for(lock, patience, [&] { return closed_ || !items_.empty(); });
        return takeFirst();
    }

    /// Lets waiting threads go. Items already queued can still be popped. Called by either side.
    void close() {
        std::lock_guard lock(mutex_);
        closed_ = true;
        roomOrClosed_.notify_all();
        itemOrClosed_.notify_all();
    }

  private:
    std::optional<Item> takeFirst() {
        if (items_.empty()) return std::nullopt;
        Item item = std::move(items_.front());
        items_.pop_front();
        roomOrClosed_.notify_one();
        return item;
    }

    std::mutex mutex_;
    std::condition_variable roomOrClosed_;
    std::condition_variable itemOrClosed_;
    std::deque<Item> items_;
    const std::size_t capacity_;
    bool closed_ = false;
};

}  // namespace reelquery
