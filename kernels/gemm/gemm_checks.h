#pragma once
// What the calls of gemm_cuda.h require.

#include "kernels/gemm/gemm_cuda.h"

namespace reelquery::kernels::cuda {

/// Whether a shape is one of ours.
Status checkShape(const TiledShape& shape);
Status checkRetile(const SourceMatrix& from, const TiledMatrix& to, std::int64_t firstRow);
Status checkFewRows(const CudaFewRows& call);
Status checkBf16Row(const CudaBf16Row& call);
Status checkUnpack(const CudaUnpack& call);
Status checkFp8Rows(const CudaFp8Rows& call);
Status checkFp8Codes(const CudaFp8Codes& call);

}  // namespace reelquery::kernels::cuda
