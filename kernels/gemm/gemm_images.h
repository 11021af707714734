#pragma once

// A kernel of each object file of this folder, see reelqueryCudaProbe.

namespace reelquery::kernels::cuda {

const void* bf16RowImage();
const void* retileImage();
const void* unpackImage();
const void* fp8RowsImage();
const void* fewRowsGroupsImage();
const void* fewRowsBlocksImage();

}  // namespace reelquery::kernels::cuda
