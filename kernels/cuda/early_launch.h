#pragma once
// The host side of an early launch. The kernel's side: early_start.cuh.

#include <cuda_runtime.h>

#include <array>
#include <atomic>
#include <cstddef>

#include "kernels/status.h"

namespace reelquery::kernels::cuda {

/// Note [Early launches]
/// ~~~~~~~~~~~~~~~~~~~~~
/// A token of an answer is some 250 kernels of 3 to 30 us in a row. Between two of them a card
/// stands still for 1 to 2 us, and then memory for another: the first loads of a kernel come back
/// when it has already been running that long. CUDA's programmatic dependent launch (compute
/// capability 9.0 and later) starts a kernel before the one in front of it has ended; it may read
/// what nobody writes (weights, old keys) and waits with the rest. Rules of such a kernel:
/// letNextGridStart() first, waitForGridBefore() by every thread before it reads what an earlier
/// kernel wrote or writes anything. Whoever has waited knows that all earlier ones are done, as
/// each of those has waited too or was launched as usual. A graph records these launches as they
/// are.

/// Whether the image of kKernel that runs on the current device has those instructions: one of 9.0
/// or later. A device that the driver compiles the PTX of 8.0 for has not, whatever its own number.
/// Asked once a device: the answer costs as much as a launch.
template <auto kKernel>
bool mayStartEarly() {
    constexpr int kDevices = 64;

    enum : signed char { kUnknown, kNo, kYes };

    static std::array<std::atomic<signed char>, kDevices> known{};
    int device = 0;
    if (cudaGetDevice(&device) != cudaSuccess || device >= kDevices) return false;
    auto& own = known[static_cast<std::size_t>(device)];
    if (own == kUnknown) {
        cudaFuncAttributes image{};
        const bool isAnswered = cudaFuncGetAttributes(&image, kKernel) == cudaSuccess;
        if (!isAnswered) cudaGetLastError();  // the launch will say what is wrong
        own = isAnswered && image.ptxVersion >= 90 ? kYes : kNo;
    }
    return own == kYes;
}

/// Launches as kKernel<<<grid, threads, sharedBytes, stream>>>(arguments...) does, early where the
/// kernel can. kDevice with `message` where the launch was refused.
template <auto kKernel, class... Arguments>
Status launchEarly(dim3 grid, unsigned threads, int sharedBytes, cudaStream_t stream,
                   const char* message, const Arguments&... arguments) {
    cudaLaunchAttribute early{};
    early.id = cudaLaunchAttributeProgrammaticStreamSerialization;
    early.val.programmaticStreamSerializationAllowed = 1;
    cudaLaunchConfig_t config{};
    config.gridDim = grid;
    config.blockDim = dim3(threads);
    config.dynamicSmemBytes = static_cast<std::size_t>(sharedBytes);
    config.stream = stream;
    config.attrs = &early;
    config.numAttrs = mayStartEarly<kKernel>() ? 1 : 0;
    if (cudaLaunchKernelEx(&config, kKernel, arguments...) == cudaSuccess) return {};
    cudaGetLastError();  // no later launch is blamed for it
    return {StatusCode::kDevice, message};
}

}  // namespace reelquery::kernels::cuda
