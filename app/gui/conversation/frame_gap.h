#pragma once
// How far apart the frames of a question lie, where that is far.

#include <QString>
#include <optional>

namespace reelquery {

/// Seconds from one frame to the next of `frames` over `spanS` seconds, from three seconds on: what
/// is shorter can be missed between them.
std::optional<double> wideGapS(int frames, double spanS);

/// The same with the budget "Long", where that is clearly closer than `gapS`.
std::optional<double> gapOfLongS(double gapS, double spanS);

/// "14 s", "1.5 s": seconds between frames as a person would say them.
QString gapName(double gapS);

}  // namespace reelquery
