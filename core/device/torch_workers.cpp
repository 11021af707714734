// Compiled with -fopenmp and without the precompiled header: at::parallel_for is a header template
// that falls back to one thread otherwise.
#include "core/device/torch_workers.h"

#include <ATen/Parallel.h>

namespace reelquery {

TorchWorkers::TorchWorkers() : count_(at::get_num_threads()) {}

void TorchWorkers::run(const std::function<void(int)>& work) {
    at::parallel_for(0, count_, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t worker = begin; worker < end; ++worker) work(static_cast<int>(worker));
    });
}

}  // namespace reelquery
