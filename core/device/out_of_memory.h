#pragma once
// What torch throws, as the program's errors: memory that was refused, and a card that stopped.

#include <functional>
#include <string>

#include "core/base/error.h"

namespace c10 {
class Error;
}

namespace reelquery {

/// The Error that torch's exception stands for, for the person in front of the screen. kMemory
/// where memory was refused: of `card` with its numbers, giving torch's unused memory back, or of
/// the host, for which torch throws a plain c10::Error. kDevice where CUDA reports what it calls
/// sticky: the card serves this process no more. kInternal for anything else. card: -1 where none
/// is in use. doing: "reading the prompt". Thread: any.
Error describeTorchError(const c10::Error& thrown, int card, const std::string& doing);

/// Runs `work`; what torch throws in it leaves as describeTorchError() words it.
void tellTorchErrors(int card, const std::string& doing, const std::function<void()>& work);

/// The words for memory of the host that was refused.
Error hostOutOfMemory(const std::string& doing);

}  // namespace reelquery
