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

/// A ceiling for what torch may hold on a card, in use or not, while this lives; what was there
/// before counts. Beyond it torch refuses as on a smaller card. One at a time for each card.
class CardMemoryLimit {
  public:
    /// card -1 or bytes 0: no ceiling. Errors: kDevice where torch cannot be told.
    CardMemoryLimit(int card, std::int64_t bytes);
    ~CardMemoryLimit();

    CardMemoryLimit(const CardMemoryLimit&) = delete;
    CardMemoryLimit& operator=(const CardMemoryLimit&) = delete;

  private:
    int card_ = -1;
};

/// The function of the shared library reelquery_cuda_graph that sets a ceiling, as a part of all
/// the card's memory; 1: none.
using LimitMemory = void (*)(int card, double fraction);
inline constexpr const char* kLimitMemoryName = "reelqueryLimitMemory";

/// A card that cannot hold what was asked for: gives torch's unused memory back, so that smaller
/// requests work again, and returns the Error to throw. doing: "reading the prompt".
Error cudaOutOfMemory(int card, const std::string& doing);

/// The words of that Error.
Error describeOutOfMemory(const std::string& doing, std::int64_t usedBytes, std::int64_t freeBytes);

}  // namespace reelquery
