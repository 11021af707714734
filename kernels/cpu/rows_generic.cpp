// Row products compiled for one instruction set.
#include "kernels/cpu/row_kernels.h"
#include "kernels/cpu/row_kernels_impl.h"

namespace reelquery::kernels {

namespace {

constexpr RowKernels kRows = {noOrder, multiplyUnpacked, unpackRows, attendNarrowPiece};

}  // namespace

const RowKernels* genericRows() {
    return &kRows;
}

}  // namespace reelquery::kernels
