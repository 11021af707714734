#pragma once
// Host side of the Hopper score kernel.

#include <cuda_runtime.h>

#include "kernels/attention_params.h"
#include "kernels/attn/score_params.h"
#include "kernels/status.h"

namespace reelquery::kernels::cuda {

/// A kernel of this object file, see reelqueryCudaProbe.
const void* scoreSm90Image();

/// Pooled columns per tile of this kernel's partial sums.
int scoreTileColumnsSm90();

/// Writes the partial sums of one batch of heads. Requires compute capability 9.0, stride 4, 8, 16.
Status launchScoreSm90(const ScoreParams& p, const AttentionShape& shape, const HeadsView& q,
                       const HeadsView& k, int stride, int processors, cudaStream_t stream);

}  // namespace reelquery::kernels::cuda
