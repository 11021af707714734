#include "core/device/cuda_memory.h"

#include <ATen/ATen.h>
#include <ATen/DeviceAccelerator.h>

#include "core/base/format_text.h"

namespace reelquery {

namespace {

at::CachingDeviceAllocator::DeviceStats statsOf(int card) {
    at::globalContext().lazyInitDevice(at::kCUDA);
    return at::accelerator::getDeviceStats(static_cast<at::DeviceIndex>(card));
}

std::int64_t current(const at::CachingDeviceAllocator::StatArray& stat) {
    return stat[0].current;  // over all sizes of blocks
}

}  // namespace

std::int64_t cudaFreeBytes(int card) {
    const auto stats = statsOf(card);
    const auto [free, total] = at::accelerator::getMemoryInfo(static_cast<at::DeviceIndex>(card));
    return static_cast<std::int64_t>(free) + current(stats.reserved_bytes) -
           current(stats.allocated_bytes);
}

std::int64_t cudaPeakBytes(int card) {
    return statsOf(card).allocated_bytes[0].peak;
}

void cudaResetPeak(int card) {
    at::globalContext().lazyInitDevice(at::kCUDA);
    at::accelerator::resetPeakStats(static_cast<at::DeviceIndex>(card));
}

void cudaFinish(int card) {
    at::accelerator::synchronizeDevice(static_cast<at::DeviceIndex>(card));
}

Error cudaOutOfMemory(int card, const std::string& doing) {
    const std::int64_t used = current(statsOf(card).allocated_bytes);
    const std::int64_t free = cudaFreeBytes(card);
    at::accelerator::emptyCache();
    return describeOutOfMemory(doing, used, free);
}

Error describeOutOfMemory(const std::string& doing, std::int64_t usedBytes,
                          std::int64_t freeBytes) {
    return Error(ErrorCode::kMemory,
                 "the GPU ran out of memory while " + doing + ": " + gibText(usedBytes) +
                     " were in use and " + gibText(freeBytes) + " free",
                 "use fewer frames, a shorter range or a smaller model, close other programs that "
                 "use the GPU, or add --device cpu");
}

}  // namespace reelquery
