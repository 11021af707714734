#pragma once
// What every kernel launch does around the launch itself.

#include <cuda_runtime.h>

#include "kernels/status.h"

namespace reelquery::kernels::cuda {

/// Lets a kernel use this much dynamic shared memory. False where the device has less; the
/// runtime's record of that error is cleared, so that no later launch is blamed for it.
template <class Kernel>
bool allowSharedMemory(Kernel* kernel, int bytes) {
    const bool allowed = cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                              bytes) == cudaSuccess;
    if (!allowed) cudaGetLastError();
    return allowed;
}

/// kDevice with `message` where the launch just made was refused.
inline Status launchStatus(const char* message) {
    return cudaGetLastError() == cudaSuccess ? Status{} : Status{StatusCode::kDevice, message};
}

}  // namespace reelquery::kernels::cuda
