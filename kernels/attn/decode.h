#pragma once
// One token's attention over a key/value cache whose length lives on the device.

#include <cuda_runtime.h>

#include "kernels/attn/attention_cuda.h"
#include "kernels/status.h"

namespace reelquery::kernels::cuda {

/// How a call's workspace is shared out. Fixed by the heads and the device, so that a graph fits
/// every length and the parts every capacity.
struct DecodePlan {
    int mostParts = 0;         ///< see Note [Parts of the keys] in split_kv.h
    std::size_t sumBytes = 0;  ///< the parts' sums; their maxima follow
    std::size_t bytes = 0;
};

/// A kernel of this object file, see reelqueryCudaProbe.
const void* decodeImage();

/// processors: multiprocessors of the device.
DecodePlan planDecode(const AttentionShape& shape, int processors);

/// Launches the two kernels. The inputs were checked.
Status launchDecode(const CudaDecodeInputs& inputs, const DecodePlan& plan, void* workspace,
                    cudaStream_t stream);

}  // namespace reelquery::kernels::cuda
