#include "core/device/cuda_memory.h"

#include <ATen/ATen.h>
#include <ATen/DeviceAccelerator.h>
#include <dlfcn.h>

#include <algorithm>
#include <atomic>

#include "core/base/format_text.h"
#include "core/device/cuda_libraries.h"

namespace reelquery {

namespace {

/// The ceiling in force and its card: what is free below it counts, not what the card has.
std::atomic<std::int64_t> limitBytes = 0;
std::atomic<int> limitedCard = -1;

/// Errors: kDevice.
LimitMemory limitFunction() {
    std::string problem;
    void* library = openOwnLibrary("libreelquery_cuda_graph.so", problem);
    auto* limit =
        library ? reinterpret_cast<LimitMemory>(dlsym(library, kLimitMemoryName)) : nullptr;
    if (limit) return limit;
    if (library) problem = "libreelquery_cuda_graph.so is of another version of this program";
    throw Error(ErrorCode::kDevice, "the GPU's memory cannot be limited: " + problem,
                "install the program anew, or leave --max-memory out");
}

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

CardMemoryLimit::CardMemoryLimit(int card, std::int64_t bytes) {
    if (card < 0 || bytes <= 0) return;
    at::globalContext().lazyInitDevice(at::kCUDA);
    at::accelerator::emptyCache();  // what lies unused would count
    const auto [free, total] = at::accelerator::getMemoryInfo(static_cast<at::DeviceIndex>(card));
    limitFunction()(card, std::min(1.0, static_cast<double>(bytes) / static_cast<double>(total)));
    card_ = card;
    limitBytes = bytes;
    limitedCard = card;
}

CardMemoryLimit::~CardMemoryLimit() {
    if (card_ < 0) return;
    limitedCard = -1;
    limitFunction()(card_, 1);
}

Error cudaOutOfMemory(int card, const std::string& doing) {
    const std::int64_t used = current(statsOf(card).allocated_bytes);
    std::int64_t free = cudaFreeBytes(card);
    if (limitedCard == card) {
        free = std::clamp<std::int64_t>(limitBytes - used, 0, free);
    }
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
