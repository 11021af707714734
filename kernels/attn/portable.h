#pragma once
// Host side of the kernels that run on every GPU since compute capability 8.0.

#include <cuda_runtime.h>

#include "kernels/attention_params.h"
#include "kernels/attn/prefill_params.h"
#include "kernels/attn/score_params.h"
#include "kernels/status.h"

namespace reelquery::kernels::cuda {

/// A kernel of each object file, see reelqueryCudaProbe.
const void* prefillPortableImage();
const void* scorePortableImage();

/// Launches the portable prefill kernel; lists in p.columns, or every block where that is null.
/// Requires headDim 64 or 128 and rows that start on 16 bytes.
Status launchPrefillPortable(const AttentionInputs& inputs, const PrefillParams& p,
                             cudaStream_t stream);

/// Pooled columns per tile of the portable score kernel's partial sums.
int scoreTileColumnsPortable();

/// Writes the partial sums of one batch of heads. Requires stride 4, 8 or 16.
Status launchScorePortable(const ScoreParams& p, const HeadsView& q, const HeadsView& k, int stride,
                           cudaStream_t stream);

}  // namespace reelquery::kernels::cuda
