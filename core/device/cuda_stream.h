#pragma once
// What a kernel launch of ours borrows from torch on a card.

#include <ATen/core/Tensor.h>

#include <cstddef>

#include "kernels/attn/attention_cuda.h"

namespace reelquery {

/// torch's current stream of a card, as the kernels take it.
kernels::CudaStream currentCudaStream(const at::Device& device);

/// Scratch memory of torch's allocator; lives while the tensor does, and longer in stream order.
at::Tensor cudaScratch(std::size_t bytes, const at::Device& device);

}  // namespace reelquery
