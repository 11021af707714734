#pragma once
// y = W x for one row of activations, and packed rows unpacked for many; W plain or packed.

#include <cstdint>

#include "kernels/cpu/cpu_isa.h"
#include "kernels/cpu/row_kernels.h"
#include "kernels/cpu/workers.h"

namespace reelquery::kernels {

/// y[n] = sum over k of W[n][k] x[k], in float32. x: [K] of float, or of bf16 where isBf16 (then
/// products with bf16, int4 and int8 stay in bf16's own dot product where the processor has it;
/// sums are float32 always). Rows are handed out in pieces, so a worker that is held up holds up
/// nobody. Thread: any; the caller's own workers.
void multiplyRow(Workers& workers, CpuIsa isa, const WeightRows& w, const void* x, bool isBf16,
                 float* y);

/// Rows [begin, end) of W as float32, or rounded to bf16 where toBf16: out [end - begin, K].
void unpackWeightRows(Workers& workers, CpuIsa isa, const WeightRows& w, std::int64_t begin,
                      std::int64_t end, void* out, bool toBf16);

/// The inner kernels of an instruction set, or the portable ones where the build has none for it.
const RowKernels& rowKernels(CpuIsa isa);

}  // namespace reelquery::kernels
