#pragma once
// Who does the work: a fixed number of workers that run one function together.

#include <functional>

namespace reelquery::kernels {

/// Fork and join. One caller at a time.
class Workers {
  public:
    virtual ~Workers() = default;

    /// How many may run together; at least 1.
    virtual int count() const = 0;

    /// Calls work(0) .. work(count() - 1), each once, and returns when all have returned. They may
    /// run one after the other: work must not wait for another worker. work must not throw.
    virtual void run(const std::function<void(int worker)>& work) = 0;
};

}  // namespace reelquery::kernels
