#pragma once
// Torch's vector functions on a processor (cosines, exponentials), exact from their first call on.

#include <ATen/core/Tensor.h>

namespace reelquery {

/// To be called before the first of them in a process. Thread: any; later calls cost nothing.
///
/// Torch hands them to MKL, one call a thread. When the first calls of a process come at the same
/// time, some are answered by a variant that is exact to one part in ten thousand only: in 15 of
/// 250 processes the first picture was encoded so (torch 2.11.0, two threads), in none of 250 after
/// a first call of one number by one thread.
void prepareVectorMath();

struct CosSin {
    at::Tensor cos, sin;  ///< of the angles' shape, type and device
};

/// Of any angles. Thread: any. Prepares.
CosSin cosSinOf(const at::Tensor& angles);

}  // namespace reelquery
