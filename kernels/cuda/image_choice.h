#pragma once
// Which of a library's GPU images a card runs. Plain C++17, so that it is tried without a card.

#include <initializer_list>

#include "kernels/attn/attention_cuda.h"

namespace reelquery::kernels::cuda {

/// images, ptx: architectures as the compiler counts them, 86 for 8.6. An image runs on its own
/// major number from its minor one on; PTX is compiled for its own architecture and every later
/// one.
constexpr CudaImages imagesFor(int major, int minor, std::initializer_list<int> images,
                               std::initializer_list<int> ptx) {
    const int card = major * 10 + minor;
    for (const int image : images)
        if (image / 10 == major && image <= card) return CudaImages::kImage;
    for (const int code : ptx)
        if (code <= card) return CudaImages::kPtx;
    return CudaImages::kNone;
}

}  // namespace reelquery::kernels::cuda
