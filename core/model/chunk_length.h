#pragma once
// How many tokens of a prompt are read together.

#include <cstdint>

#include "core/device/compute_target.h"
#include "core/spec/model_config.h"

namespace reelquery {

/// The most that a run takes at a time: what its working memory is planned for.
std::int64_t longestChunk(const ComputeTarget& target);

/// Tokens per chunk that keep a stop within half a second and the work memory small: whole
/// attention blocks, so that chunks cut none in two, at most longestChunk().
std::int64_t chunkLength(const TextConfig& config, const ComputeTarget& target);

}  // namespace reelquery
