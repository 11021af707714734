#include "core/device/peak_memory.h"

#include "core/device/cuda_memory.h"
#include "core/device/host_memory.h"

namespace reelquery {

PeakMemory::PeakMemory(int card) : card_(card) {
    resetPeakMemory();
    if (card_ >= 0) cudaResetPeak(card_);
}

std::int64_t PeakMemory::hostBytes() const {
    return peakMemoryBytes();
}

std::optional<std::int64_t> PeakMemory::deviceBytes() const {
    if (card_ < 0) return std::nullopt;
    return cudaPeakBytes(card_);
}

}  // namespace reelquery
