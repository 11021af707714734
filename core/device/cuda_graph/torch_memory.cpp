// Part of the shared library reelquery_cuda_graph: the ceiling of torch's allocator.

#include <c10/cuda/CUDACachingAllocator.h>

#include "core/device/cuda_memory.h"

namespace reelquery {

extern "C" __attribute__((visibility("default"))) void reelqueryLimitMemory(int card,
                                                                            double fraction) {
    c10::cuda::CUDACachingAllocator::setMemoryFraction(fraction,
                                                       static_cast<c10::DeviceIndex>(card));
}

}  // namespace reelquery
