#pragma once
// What is free and used on a card, and what happens when it is full. All but describeOutOfMemory()
// require a usable card.

#include <cstdint>
#include <string>

#include "core/base/error.h"

namespace reelquery {

/// Bytes this process can still allocate on a card: what is free, and what torch holds unused.
std::int64_t cudaFreeBytes(int card);

/// Most bytes torch had in use on a card since the last reset.
std::int64_t cudaPeakBytes(int card);
void cudaResetPeak(int card);

/// Waits until a card has done everything asked of it.
void cudaFinish(int card);

/// A card that cannot hold what was asked for: gives torch's unused memory back, so that smaller
/// requests work again, and returns the Error to throw. doing: "reading the prompt".
Error cudaOutOfMemory(int card, const std::string& doing);

/// The words of that Error.
Error describeOutOfMemory(const std::string& doing, std::int64_t usedBytes, std::int64_t freeBytes);

}  // namespace reelquery
