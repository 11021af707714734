#pragma once
// Learned positions of patches, resampled to a grid. Internal to vision/encoder.
// h x w patches of one time step, W width of the tower.

#include <ATen/ATen.h>

#include "core/spec/vision_config.h"

namespace reelquery {

/// table [side * side, W], row by row -> what is added to the patches of one time step, float32
/// [h * w, W] in merge-block order, the same for every step. Bilinear, the table's corners on the
/// grid's: patch row y lies at y * (side - 1) / (h - 1), columns alike.
at::Tensor learnedPositions(const at::Tensor& table, const PatchGrid& grid, std::int64_t mergeSize);

}  // namespace reelquery
