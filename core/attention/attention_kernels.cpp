#include "core/attention/attention_kernels.h"

#include "core/attention/cpu_kernels.h"
#include "core/attention/cuda_kernels.h"
#include "core/device/cuda_libraries.h"

namespace reelquery {

double elapsedMs(const WorkMark& from, const WorkMark& to) {
    if (!to.isAhead())
        return std::chrono::duration<double, std::milli>(to.time - from.time).count();
    waitFor(to);
    return from.event->elapsedTime(*to.event);
}

void waitFor(const WorkMark& mark) {
    if (mark.isAhead()) mark.event->synchronize();
}

std::unique_ptr<AttentionKernels> makeAttentionKernels(DeviceKind device) {
    if (device == DeviceKind::kCpu) return std::make_unique<CpuKernels>();
    const CudaLibraries& libraries = cudaLibraries();
    return std::make_unique<CudaKernels>(libraries.kernels, libraries.kernelsProblem);
}

}  // namespace reelquery
