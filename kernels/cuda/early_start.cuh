#pragma once

// The device side of an early launch, see Note [Early launches] in early_launch.h.

namespace reelquery::kernels::cuda {

/// Until everything launched before this grid is done and its writes can be read. What was read
/// before this call must not have been written since the last launch that did not start early:
/// weights, keys and values of earlier tokens. No load of what the grid before wrote may go through
/// the read-only cache (__ldg, ld.global.nc) even behind it, as that holds lines from before.
__device__ inline void waitForGridBefore() {
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

/// Lets the next grid start once all blocks of this one have said so or ended.
__device__ inline void letNextGridStart() {
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
#endif
}

}  // namespace reelquery::kernels::cuda
