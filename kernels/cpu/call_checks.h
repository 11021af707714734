#pragma once
// What every CPU call checks before it starts, and which kernels it runs on.

#include "kernels/attention_params.h"
#include "kernels/cpu/cpu_attention.h"
#include "kernels/cpu/tile_kernels.h"
#include "kernels/status.h"

namespace reelquery::kernels {

/// kInvalidArgument or kUnsupported with the reason, or kOk.
Status checkInputs(const AttentionInputs& inputs);

/// The fastest kernels for the type on this instruction set; null where the build lacks them.
const TileKernels* tilesFor(CpuIsa isa, Dtype dtype);

}  // namespace reelquery::kernels
