// Stands in for the x86 kernels on other processors.
#include "kernels/cpu/tile_kernels.h"

namespace reelquery::kernels {

const TileKernels* avx2Tiles() {
    return nullptr;
}

const TileKernels* avx512Tiles() {
    return nullptr;
}

const TileKernels* avx512Bf16Tiles() {
    return nullptr;
}

}  // namespace reelquery::kernels
