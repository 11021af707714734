#pragma once
// Which arithmetic made what is stored.

#include <string>

namespace reelquery {

/// Counts the ways in which a file's bytes become vision features: which frames are taken for a
/// time, how they are decoded, turned, laid on white, tone-mapped and resized, how the tower
/// computes. Raise it with every change of any of these that may alter a bit; stored features of
/// another version are not found and age out of their folder.
inline constexpr int kPipelineVersion = 3;

/// kPipelineVersion with the versions of the libraries that take part and are not ours.
std::string pipelineVersion();

}  // namespace reelquery
