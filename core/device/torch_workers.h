#pragma once
// The kernels' workers on torch's own thread pool.

#include "kernels/cpu/workers.h"

namespace reelquery {

/// Runs on the OpenMP threads that torch uses for the calling thread, so that attention and matrix
/// products never compete for the cores. Thread: any; each calling thread has its own team.
class TorchWorkers final : public kernels::Workers {
  public:
    /// As many as torch uses now.
    TorchWorkers();

    int count() const override { return count_; }

    void run(const std::function<void(int worker)>& work) override;

  private:
    int count_;
};

}  // namespace reelquery
