#pragma once
// From partial sums to block lists.

#include <cuda_runtime.h>

#include "kernels/attn/score_params.h"
#include "kernels/status.h"

namespace reelquery::kernels::cuda {

/// A kernel of this object file, see reelqueryCudaProbe.
const void* selectImage();

/// Merges the partial sums of a batch of heads into block masses and writes the lists of its rows.
/// See Note [Partial block sums] and Note [Which blocks a row keeps]. Deterministic.
Status launchSelect(const SelectParams& p, cudaStream_t stream);

}  // namespace reelquery::kernels::cuda
