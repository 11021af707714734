#pragma once
// Host side of the Hopper prefill kernels.

#include <cuda_runtime.h>

#include "kernels/attention_params.h"
#include "kernels/attn/prefill_params.h"
#include "kernels/status.h"

namespace reelquery::kernels::cuda {

/// A kernel of the object file of `D`, see reelqueryCudaProbe.
template <int D>
const void* prefillSm90Image();

/// Launches the Hopper kernel for head dimension `D` (64 or 128); lists in p.columns, or every
/// block where that is null. Requires compute capability 9.0.
template <int D>
Status launchPrefillSm90(const AttentionInputs& inputs, const PrefillParams& p, int processors,
                         cudaStream_t stream);

}  // namespace reelquery::kernels::cuda
