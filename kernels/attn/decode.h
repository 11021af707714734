#pragma once
// One token's attention over a key/value cache whose length lives on the device.

#include <cuda_runtime.h>

#include "kernels/attn/attention_cuda.h"
#include "kernels/status.h"

namespace reelquery::kernels::cuda {

/// How the keys of a call are shared out. Fixed by the shape, so that a graph fits every length.
struct DecodePlan {
    int splits = 0;              ///< parts of the keys, each a block of threads of its own
    std::size_t queryBytes = 0;  ///< rotated queries, then the parts' sums, then their maxima
    std::size_t sumBytes = 0;
    std::size_t bytes = 0;
};

/// A kernel of this object file, see reelqueryCudaProbe.
const void* decodeImage();

/// processors: multiprocessors of the device.
DecodePlan planDecode(const AttentionShape& shape, int processors);

/// Launches the three kernels. The inputs were checked.
Status launchDecode(const CudaDecodeInputs& inputs, const DecodePlan& plan, void* workspace,
                    cudaStream_t stream);

}  // namespace reelquery::kernels::cuda
