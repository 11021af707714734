#pragma once
// What a kernel call of ours says, as the program's errors.

#include "kernels/status.h"

namespace reelquery {

/// Throws the Error that a failed kernel call stands for. kCancelled does not throw: the caller of
/// attend() polls its own token.
void throwIfFailed(const kernels::Status& status);

}  // namespace reelquery
