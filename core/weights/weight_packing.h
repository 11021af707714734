#pragma once
// Plain weights packed while they are loaded.

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "core/base/run_options.h"
#include "core/weights/packed_matrix.h"

namespace reelquery {

/// W [N, K] in any float type rounded to the nearest value of the format, on its device. int8 and
/// int4: groups of 128 inputs (the last may be shorter), a float16 scale each, int4 with a zero
/// point from the smallest and largest value; fp8: a float32 scale for each output.
/// Precondition: packTo is not kStored.
PackedMatrix packWeights(const at::Tensor& weight, WeightChoice packTo);

/// The format that packWeights() makes.
PackedFormat packedFormatOf(WeightChoice packTo);

/// PackedMatrix::bytes() of what packWeights() makes of [N, K].
std::int64_t packedBytes(WeightChoice packTo, std::int64_t outputs, std::int64_t inputs);

}  // namespace reelquery
