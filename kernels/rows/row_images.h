#pragma once

// A kernel of each object file of this folder, see reelqueryCudaProbe.

namespace reelquery::kernels::cuda {

const void* gateImage();
const void* normImage();
const void* rotateImage();

}  // namespace reelquery::kernels::cuda
