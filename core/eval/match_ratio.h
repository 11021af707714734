#pragma once
// How alike two lines of code are.

#include <string>

namespace reelquery {

/// Twice the bytes in matching runs over all bytes of both, 0 to 1; 1 for two empty texts. Runs are
/// found as Python's difflib finds them: the longest one first, the earliest of several, then left
/// and right of it; where `second` has 200 bytes and more, those that make out over a hundredth of
/// it begin no run. Takes quadratic time.
double matchRatio(const std::string& first, const std::string& second);

}  // namespace reelquery
