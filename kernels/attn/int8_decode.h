#pragma once
// One token's attention over a key/value cache of 8 bits.

#include <cuda_runtime.h>

#include "kernels/attn/decode.h"
#include "kernels/attn/int8_cache.h"

namespace reelquery::kernels::cuda {

/// A kernel of each object file, see reelqueryCudaProbe.
const void* int8DecodeImage();
const void* int8PackImage();

/// Whether the arrays are there and start where they must; scales on `scaleBytes` (4 or 16).
bool isInt8Heads(const Int8Heads& heads, int scaleBytes);

/// Launches the two kernels. The inputs were checked.
Status launchInt8Decode(const CudaInt8DecodeInputs& inputs, const DecodePlan& plan, void* workspace,
                        cudaStream_t stream);

}  // namespace reelquery::kernels::cuda
