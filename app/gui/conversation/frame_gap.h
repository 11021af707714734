#pragma once
// How far apart the frames of a question lie, where that is far.

#include <optional>

namespace reelquery {

/// Seconds from one frame to the next of `frames` over `spanS` seconds, from three seconds on: what
/// is shorter can be missed between them.
std::optional<double> wideGapS(int frames, double spanS);

/// The same with the budget "Long", where that is clearly closer than `gapS`.
std::optional<double> gapOfLongS(double gapS, double spanS);

}  // namespace reelquery
