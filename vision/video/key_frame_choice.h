#pragma once
// Lets key frames stand in for wanted times. Pure.

#include <cstddef>
#include <optional>
#include <vector>

namespace reelquery {

/// For each wanted time the position in keyS of the key frame that may stand in for it: the nearest
/// one, if it lies within maxDistanceS and no other wanted time is nearer to it (the earlier of two
/// equally near ones has it). So no key frame is used twice and the taken times stay in order.
/// Requires: both lists ascending, in seconds.
std::vector<std::optional<std::size_t>> keyFramesFor(const std::vector<double>& wantedS,
                                                     const std::vector<double>& keyS,
                                                     double maxDistanceS);

}  // namespace reelquery
