#pragma once
// What torch throws when memory or a card gives out, as errors for a person.
// A refused allocation is c10::OutOfMemoryError on a card but a plain c10::Error on the CPU, and a
// card whose context is broken fails every later call with the same code.

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/error.h"

namespace reelquery {

/// The Error that the exception being handled stands for: itself, kMemory with the numbers for an
/// allocation that was refused (on a card, by torch on the CPU, by the system), kDevice for a card
/// that failed, with "restart the program" where it stays broken. Nothing for any other exception:
/// a bug. Call it inside a catch block only. card: the run's, -1 for the CPU. doing: what the
/// program was at, as in "loading the model".
std::optional<Error> deviceError(int card, const std::string& doing) noexcept;

/// Throws deviceError() where there is one, else the exception being handled again.
[[noreturn]] void rethrowDeviceError(int card, const std::string& doing);

/// The error of a refused allocation on the CPU. wantedBytes 0: not known.
Error hostOutOfMemory(const std::string& doing, std::int64_t wantedBytes);

/// Whether a CUDA error code (cudaError_t) leaves the process' context on that card unusable.
bool isStickyCudaError(int code);

/// The error of a card that failed with a CUDA error code; what: torch's or the driver's words.
Error cudaFailure(const std::string& doing, int code, const std::string& what);

}  // namespace reelquery
