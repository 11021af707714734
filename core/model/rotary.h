#pragma once
// Rotary position embedding of the language model, half-split kind.
// n tokens, D head dimension, Hq heads.

#include <cstdint>
#include <vector>

#include "core/device/compute_target.h"
#include "core/model/mrope.h"
#include "core/spec/model_config.h"

namespace at {
class Tensor;
}

namespace reelquery {

/// The axis (0 time, 1 row, 2 column) that turns each pair, [D/2], as the sections and their layout
/// say. Source: Hugging Face transformers' apply_multimodal_rotary_pos_emb (contiguous) and
/// apply_interleaved_mrope.
std::vector<int> rotaryAxes(const TextConfig& config);

/// Angles of tokens [begin, end): pair j turns by theta^(-2j/D) times the position on its axis. cos
/// and sin: [n, D/2] on the run's device, float32 whatever the run's number type, because positions
/// reach tens of thousands.
void rotaryTables(const MropePositions& positions, std::int64_t begin, std::int64_t end,
                  const TextConfig& config, const ComputeTarget& target, at::Tensor& cos,
                  at::Tensor& sin);

/// theta^(-2j/D) of each pair j, [D/2] float32 on the CPU.
at::Tensor rotaryFrequencies(const TextConfig& config);

/// Turns heads: x [n, Hq, D] -> [Hq, n, D], of x's type; computed in float32. x is used up: on a
/// card it is turned where it lies and the result is a view of it.
at::Tensor rotate(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin);

}  // namespace reelquery
