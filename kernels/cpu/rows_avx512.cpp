// Row products compiled for one instruction set.
#include "kernels/cpu/row_kernels.h"
#include "kernels/cpu/row_kernels_impl.h"
#include "kernels/cpu/row_kernels_vec256.h"

namespace reelquery::kernels {

namespace {

constexpr RowKernels kRows = {noOrder, multiplyVec256, unpackRows, attendNarrowPiece};

}  // namespace

const RowKernels* avx512Rows() {
    return &kRows;
}

}  // namespace reelquery::kernels
