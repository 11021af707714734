#pragma once
// How much memory there is and how much this process used at its peak.

#include <cstdint>

namespace reelquery {

/// Bytes this process could still allocate: MemAvailable of the machine, or what is left of the
/// control group's limit where that is lower. 0 where neither can be read.
std::int64_t availableMemoryBytes();

/// Starts a new measurement of the peak. Returns false where the kernel does not offer it; the peak
/// then counts from the start of the process.
bool resetPeakMemory();

/// Largest resident size since the last reset, file mappings included.
std::int64_t peakMemoryBytes();

/// Resident size now.
std::int64_t residentMemoryBytes();

}  // namespace reelquery
