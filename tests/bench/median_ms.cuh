#pragma once
// Time of a call of the CUDA library.

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "kernels/status.h"
#include "tests/gpu/device_memory.h"

namespace reelquery::test {

/// Median milliseconds of `call` over CUDA events, after one that is not counted.
template <class Call>
double medianMs(Call call, int runs) {
    cudaEvent_t begin, end;
    require(cudaEventCreate(&begin), "cudaEventCreate");
    require(cudaEventCreate(&end), "cudaEventCreate");
    std::vector<float> times;
    for (int run = -1; run < runs; ++run) {
        require(cudaEventRecord(begin), "cudaEventRecord");
        const kernels::Status status = call();
        require(cudaEventRecord(end), "cudaEventRecord");
        require(cudaEventSynchronize(end), "the timed call");
        if (!status.ok()) {
            std::fprintf(stderr, "%s\n", status.message);
            std::exit(1);
        }
        float ms = 0;
        require(cudaEventElapsedTime(&ms, begin, end), "cudaEventElapsedTime");
        if (run >= 0) times.push_back(ms);
    }
    cudaEventDestroy(begin);
    cudaEventDestroy(end);
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

}  // namespace reelquery::test
