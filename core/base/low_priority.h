#pragma once
// Work that nobody waits for, behind all that somebody does.

#include <functional>

namespace reelquery {

/// The calling thread, and all that it starts from now on, gets the processors and the disk only as
/// far as others leave them. There is no way back without privileges: call it on threads of their
/// own.
void lowerThisThreadsPriority();

/// Runs `work` on such a thread, with the workers that libraries start for it, and waits. What it
/// throws passes through.
void runAtLowPriority(const std::function<void()>& work);

}  // namespace reelquery
