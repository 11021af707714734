// Stands in for the x86 kernels on other processors.
#include "kernels/cpu/row_kernels.h"

namespace reelquery::kernels {

const RowKernels* avx2Rows() {
    return nullptr;
}

const RowKernels* avx512Rows() {
    return nullptr;
}

const RowKernels* avx512Bf16Rows() {
    return nullptr;
}

}  // namespace reelquery::kernels
